import { isIP } from 'node:net';

const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads a decimal number as JSON writes it, leading zeros allowed. */
export function numberOf(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : undefined;
}

export function compares(comparison: string, left: number, right: number): boolean {
  switch (comparison) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    default:
      return left === right;
  }
}

interface Time {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Numbers from here on are milliseconds: seconds would lie past the year 5000. */
const millisFrom = 1e11;
const dayMs = 86_400_000;

/**
 * Reads a part of a date: `YYYY-MM-DD`, alone or with `T` or a space and `HH:MM`, taken as written without
 * regard to a time zone; or a number, seconds or milliseconds since the epoch in UTC.
 */
export function timePart(text: string, part: string): number | undefined {
  const time = parseTime(text);
  if (!time) return undefined;
  return part === 'week' ? isoWeek(time) : time[part as keyof Time];
}

function parseTime(text: string): Time | undefined {
  const number = numberOf(text);
  if (number !== undefined) return fromEpoch(number);
  const parsed = /^(\d{4})-(\d\d)-(\d\d)(?:$|[Tt ](\d\d):(\d\d))/.exec(text);
  if (!parsed) return undefined;
  const [year, month, day, hour, minute] = parsed.slice(1).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  return { year, month, day, hour, minute };
}

function fromEpoch(number: number): Time | undefined {
  const seconds = Math.abs(number) >= millisFrom ? Math.floor(number / 1000) : Math.floor(number);
  if (Math.abs(seconds) > 8.64e12) return undefined;
  const date = new Date(seconds * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

/** ISO 8601 week: it belongs to the year of its Thursday. */
function isoWeek({ year, month, day }: Time): number {
  const days = daysFromCivil(year, month, day);
  const thursday = days - ((((days + 3) % 7) + 7) % 7) + 3;
  const thursdayYear = new Date(thursday * dayMs).getUTCFullYear();
  return Math.floor((thursday - daysFromCivil(thursdayYear, 1, 1)) / 7) + 1;
}

function daysFromCivil(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / dayMs;
}

/** An IPv4 or IPv6 network in CIDR notation. */
export class Network {
  readonly #v6: boolean;
  readonly #base: bigint;
  readonly #bits: number;

  constructor(text: string) {
    const [address, bits] = text.split('/') as [string, string];
    const parsed = addressOf(address);
    if (!parsed) throw new RangeError(`${text} is not a network`);
    this.#v6 = parsed.v6;
    this.#base = parsed.bits;
    this.#bits = Number(bits);
  }

  contains(address: Address): boolean {
    if (address.v6 === this.#v6) return this.#covers(address.bits, address.v6 ? 128 : 32);
    // An IPv4-mapped IPv6 address is the IPv4 address.
    return address.v6 && address.bits >> 32n === 0xffffn && this.#covers(address.bits & 0xffff_ffffn, 32);
  }

  #covers(address: bigint, width: number): boolean {
    const shift = BigInt(width - this.#bits);
    return address >> shift === this.#base >> shift;
  }
}

export interface Address {
  readonly v6: boolean;
  readonly bits: bigint;
}

export function addressOf(text: string): Address | undefined {
  const version = isIP(text);
  if (version === 4) return { v6: false, bits: v4Bits(text) };
  if (version !== 6 || text.includes('%')) return undefined;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const whole = dotted ? dotted[1] + hexPair(v4Bits(dotted[2] as string)) : text;
  const [head = '', tail] = whole.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [left, right] = [groups(head), tail === undefined ? [] : groups(tail)];
  const middle = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  const bits = [...left, ...middle, ...right].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return { v6: true, bits };
}

function v4Bits(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function hexPair(bits: bigint): string {
  return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}
