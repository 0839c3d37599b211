import { BlockList, isIP } from 'node:net';
import type { Matcher, TextPattern } from '../../../src/rule/expression.ts';

/** Whether a text is what the matcher asks for; `present`, `null` and `field` are not asked of texts. */
export function textMatches(matcher: Matcher, text: string): boolean {
  switch (matcher.kind) {
    case 'text':
      return matcher.patterns.some((pattern) => patternMatches(pattern, text));
    case 'regex':
      return regexOf(matcher.source, matcher.flags).test(text);
    case 'cidr':
      return matcher.networks.some((network) => inNetwork(network, text));
    case 'number': {
      const number = numberIn(text);
      return number !== undefined && compares(matcher.comparison, number, matcher.value);
    }
    case 'time': {
      const date = dateIn(text);
      return date !== undefined && compares(matcher.comparison, partOf(date, matcher.part), matcher.value);
    }
    default:
      return false;
  }
}

/** Simple case folding: characters whose lower case is one character, and the long s. */
export function folded(text: string): string {
  return [...text]
    .map((character) => {
      if (character === 'ſ') return 's';
      const lower = character.toLowerCase();
      return [...lower].length === 1 ? lower : character;
    })
    .join('');
}

function patternMatches({ kind, text: pattern, cased }: TextPattern, value: string): boolean {
  const [text, wanted] = cased ? [value, pattern] : [folded(value), folded(pattern)];
  if (kind === 'equals') return text === wanted;
  if (kind === 'startsWith') return text.startsWith(wanted);
  if (kind === 'endsWith') return text.endsWith(wanted);
  if (kind === 'contains') return text.includes(wanted);
  return globMatches([...wanted], [...text]);
}

function globMatches(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') {
    return globMatches(rest, text) || (text.length > 0 && globMatches(pattern, text.slice(1)));
  }
  if (text.length === 0) return false;
  if (first === '?') return globMatches(rest, text.slice(1));
  if (first === '\\' && rest.length > 0) {
    return text[0] === rest[0] && globMatches(rest.slice(1), text.slice(1));
  }
  return text[0] === first && globMatches(rest, text.slice(1));
}

const regexes = new Map<string, RegExp>();

/**
 * JavaScript's own engine over the sources that the generator makes. A line ends at a line feed alone; the
 * generator escapes what JavaScript reads otherwise.
 */
function regexOf(source: string, flags: string): RegExp {
  const key = `${flags} ${source}`;
  let regex = regexes.get(key);
  if (!regex) {
    const [start, end] = flags.includes('m') ? ['(?:^|(?<=\\n))', '(?:$|(?=\\n))'] : ['^', '$'];
    const dot = flags.includes('s') ? '[^]' : '[^\\n]';
    const spelled = source.replaceAll('\\x{', '\\u{').replace(/\\.|\[\^?[^\]]*\]|[.^$]/g, (token) => {
      if (token === '.') return dot;
      return token === '^' ? start : token === '$' ? end : token;
    });
    regex = new RegExp(spelled, flags.includes('i') ? 'iu' : 'u');
    regexes.set(key, regex);
  }
  return regex;
}

function inNetwork(network: string, text: string): boolean {
  // An address with a zone is none, as it belongs to one machine alone.
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) return false;
  const [address, bits] = network.split('/') as [string, string];
  // Node reads IPv4 addresses as mapped ones, which would put them all into ::/0.
  if (version === 4 && isIP(address) === 6) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list.check(text, version === 4 ? 'ipv4' : 'ipv6');
}

function numberIn(text: string): number | undefined {
  return /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text) ? Number(text) : undefined;
}

function compares(comparison: string, left: number, right: number): boolean {
  if (comparison === 'lt') return left < right;
  if (comparison === 'lte') return left <= right;
  if (comparison === 'gt') return left > right;
  if (comparison === 'gte') return left >= right;
  return left === right;
}

/** Dates as written, without regard to a zone; numbers are seconds or, from 1e11 on, milliseconds. */
function dateIn(text: string): Date | undefined {
  const number = numberIn(text);
  if (number !== undefined) {
    const seconds = Math.floor(Math.abs(number) >= 1e11 ? number / 1000 : number);
    const date = new Date(seconds * 1000);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }
  const parts = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)|$)/.exec(text);
  const date = parts ? new Date(`${parts[1]}T${parts[2] ?? '00:00'}Z`) : undefined;
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

function partOf(date: Date, part: string): number {
  if (part === 'minute') return date.getUTCMinutes();
  if (part === 'hour') return date.getUTCHours();
  if (part === 'day') return date.getUTCDate();
  if (part === 'month') return date.getUTCMonth() + 1;
  if (part === 'year') return date.getUTCFullYear();
  // The week of a day is that of its Thursday (ISO 8601).
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.ceil(((thursday.getTime() - newYear) / 86_400_000 + 1) / 7);
}
