/** Flat, sorted, disjoint pairs of code points, both ends inside. */
export type Ranges = readonly number[];

const LAST = 0x10ffff;

export const digit: Ranges = [0x30, 0x39];
export const word: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const space: Ranges = [0x09, 0x0d, 0x20, 0x20];
export const anything: Ranges = [0, LAST];
export const notNewline: Ranges = [0, 0x09, 0x0b, LAST];

/** POSIX bracket names, ASCII as in RE2. */
export const posix: Readonly<Record<string, Ranges>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  ascii: [0, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0, 0x1f, 0x7f, 0x7f],
  digit,
  graph: [0x21, 0x7e],
  lower: [0x61, 0x7a],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space,
  upper: [0x41, 0x5a],
  word,
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
};

/** Sorts pairs and joins those that touch. */
export function normalize(pairs: Ranges): number[] {
  const sorted: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) sorted.push([pairs[i]!, pairs[i + 1]!]);
  sorted.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined: number[] = [];
  for (const [low, high] of sorted) {
    const last = joined.length - 1;
    if (last > 0 && low <= joined[last]! + 1) joined[last] = Math.max(joined[last]!, high);
    else joined.push(low, high);
  }
  return joined;
}

/** What is left of all code points. */
export function negate(ranges: Ranges): number[] {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i]! > next) rest.push(next, ranges[i]! - 1);
    next = ranges[i + 1]! + 1;
  }
  if (next <= LAST) rest.push(next, LAST);
  return rest;
}

/** Adds the other case of every ASCII letter. */
export function foldAscii(ranges: Ranges): number[] {
  const folded = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    const [low, high] = [ranges[i]!, ranges[i + 1]!];
    const upper: [number, number] = [Math.max(low, 0x41), Math.min(high, 0x5a)];
    if (upper[0] <= upper[1]) folded.push(upper[0] + 0x20, upper[1] + 0x20);
    const lower: [number, number] = [Math.max(low, 0x61), Math.min(high, 0x7a)];
    if (lower[0] <= lower[1]) folded.push(lower[0] - 0x20, lower[1] - 0x20);
  }
  return normalize(folded);
}

const properties = new Map<string, Ranges | undefined>();

/**
 * The code points of a Unicode property, e.g. `L` or `Script=Greek`, as the running JavaScript
 * engine knows it. Both back ends get these ranges, so their own tables cannot disagree.
 */
export function unicodeProperty(name: string): Ranges | undefined {
  if (!properties.has(name)) properties.set(name, scanProperty(name));
  return properties.get(name);
}

function scanProperty(name: string): Ranges | undefined {
  const test = propertyTest(name) ?? propertyTest(`Script=${name}`);
  if (!test) return undefined;
  const ranges: number[] = [];
  let from = -1;
  for (let code = 0; code <= LAST + 1; code++) {
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    const inside = code <= LAST && !surrogate && test.test(String.fromCodePoint(code));
    if (inside && from < 0) from = code;
    if (!inside && from >= 0) {
      ranges.push(from, code - 1);
      from = -1;
    }
  }
  return ranges;
}

function propertyTest(name: string): RegExp | undefined {
  try {
    return new RegExp(`^\\p{${name}}$`, 'u');
  } catch {
    // An unknown name: the caller reports it with its place in the pattern.
    return undefined;
  }
}
