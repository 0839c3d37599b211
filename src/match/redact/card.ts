/** A span in the text that was looked at; the end lies outside. */
export type Span = readonly [start: number, end: number];

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/**
 * Payment card numbers (ISO/IEC 7812: 13 to 19 digits, Luhn check digit) in a run of digits with
 * single blanks or hyphens between. A number begins and ends with a group of the run, so that one
 * next to other numbers is still seen.
 */
export function cardNumbers(run: string): Span[] {
  const groups = [...run.matchAll(/\d+/g)].map((group): Span => [group.index, group.index + group[0].length]);
  const found: Span[] = [];
  let first = 0;
  while (first < groups.length) {
    const last = lastGroupOfCard(run, groups, first);
    if (last < 0) {
      first++;
    } else {
      found.push([groups[first]![0], groups[last]![1]]);
      first = last + 1;
    }
  }
  return found;
}

/** The group that ends the longest card number beginning with group `first`, or -1. */
function lastGroupOfCard(run: string, groups: readonly Span[], first: number): number {
  let digits = '';
  let found = -1;
  for (let last = first; last < groups.length; last++) {
    const [start, end] = groups[last]!;
    if (digits.length + end - start > MAX_DIGITS) break;
    digits += run.slice(start, end);
    if (digits.length >= MIN_DIGITS && isCardNumber(digits)) found = last;
  }
  return found;
}

/** Issuers of payment cards have numbers that begin with 2 to 6; times in milliseconds do not. */
function isCardNumber(digits: string): boolean {
  return digits[0]! >= '2' && digits[0]! <= '6' && passesLuhn(digits);
}

/** ISO/IEC 7812-1, annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const weighted = i % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
