/** The day that all samples are about, and the seeded dice that its ordinary traffic is thrown with. */

export interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** `08:00:00` of the day, in milliseconds since the epoch. */
export const clock = (time: string): number => Date.parse(`2026-11-24T${time}Z`);
export const iso = (atMs: number): string => new Date(atMs).toISOString();

/** Lines written by hand, `[time, what]` each. */
export function told<Fact>(
  facts: readonly (readonly [string, Fact])[],
  text: (fact: Fact, atMs: number) => string,
): Line[] {
  return facts.map(([time, fact]) => ({ atMs: clock(time), text: text(fact, clock(time)) }));
}

/** `count` lines from `from` on, `everySeconds` apart: what a tool does that an attacker runs. */
export function repeated(
  from: string,
  count: number,
  everySeconds: number,
  text: (index: number, atMs: number) => string,
): Line[] {
  return Array.from({ length: count }, (_, index) => {
    const atMs = clock(from) + index * everySeconds * 1000;
    return { atMs, text: text(index, atMs) };
  });
}

/** Mulberry32: the same seed, the same day. */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, not with, 1. */
  throw(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.throw() * (high - low + 1));
  }

  one<Value>(values: readonly Value[]): Value {
    return values[this.between(0, values.length - 1)] as Value;
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.between(0, 15).toString(16)).join('');
  }

  /** `count` lines at random times of working hours. */
  scattered(count: number, text: (atMs: number) => string): Line[] {
    return Array.from({ length: count }, () => {
      const atMs = clock('07:00:00') + this.between(0, 11 * 3600) * 1000;
      return { atMs, text: text(atMs) };
    });
  }
}

/** One file: everything in the order of time. */
export const inOrder = (...lines: readonly (readonly Line[])[]): string =>
  `${lines
    .flat()
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ text }) => text)
    .join('\n')}\n`;
