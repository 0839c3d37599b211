import { invalidArgument } from '../../errors.ts';
import { wholeNumber } from '../arguments.ts';
import type { PasswordBlocklist } from './blocklist.ts';
import type { BreachLookup } from './pwned.ts';

/** Settings of {@link PasswordPolicy}. */
export interface PasswordPolicyOptions {
  /**
   * Fewest characters (code points). NIST SP 800-63B-4 section 3.1.1.2: 15 where the password is the only
   * factor, 8 where there is always another. Default 15.
   */
  readonly minChars?: number;
  /** Most characters; at least 64. Default 256. */
  readonly maxChars?: number;
  /** Common passwords. */
  readonly blocklist?: PasswordBlocklist;
  /** Words that nobody may build a password on: the name of the service, of the firm. */
  readonly contextWords?: readonly string[];
  /** Asks whether a password has been breached; its failure lets the password pass. */
  readonly breaches?: BreachLookup;
  /** Takes failures of `breaches`. */
  readonly onError?: (error: unknown) => void;
}

/** What is wrong with a password. */
export type PasswordRefusal = 'too_short' | 'too_long' | 'common' | 'contextual' | 'breached';

/**
 * What a new password must be: long enough and not known to guessers. No rules of composition, no
 * truncation, any character (NIST SP 800-63B-4 section 3.1.1.2).
 */
export class PasswordPolicy {
  readonly maxChars: number;
  readonly #minChars: number;
  readonly #options: PasswordPolicyOptions;
  readonly #words: readonly string[];

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for lengths below the standard's. */
  constructor(options: PasswordPolicyOptions = {}) {
    this.#minChars = wholeNumber('minChars', options.minChars ?? 15, 8, 64);
    this.maxChars = wholeNumber('maxChars', options.maxChars ?? 256, 64, 1_024);
    this.#words = words(options.contextWords ?? []);
    this.#options = options;
  }

  /** Why a new password is refused, or `undefined`. `about`: the user's own names and addresses. */
  async judge(password: string, about: readonly string[] = []): Promise<PasswordRefusal | undefined> {
    const text = normalised(password);
    const chars = [...text].length;
    if (chars < this.#minChars) return 'too_short';
    if (chars > this.maxChars) return 'too_long';
    const lower = text.toLowerCase();
    if (isRepetitive(lower) || this.#options.blocklist?.has(text)) return 'common';
    if (this.#isContextual(lower, about)) return 'contextual';
    try {
      if (((await this.#options.breaches?.(text)) ?? 0) > 0) return 'breached';
    } catch (error) {
      this.#options.onError?.(error);
    }
    return undefined;
  }

  /** Whether little is left once the words that a guesser would try first are taken out. */
  #isContextual(lower: string, about: readonly string[]): boolean {
    let rest = lower;
    for (const word of [...this.#words, ...words(about)]) rest = rest.replaceAll(word, '');
    return rest !== lower && rest.length < this.#minChars / 2;
  }
}

/** A password in the form in which it is hashed and compared: Unicode NFKC (SP 800-63B-4 section 3.1.1.2). */
export function normalised(password: unknown): string {
  if (typeof password !== 'string' || !password.isWellFormed()) throw invalidArgument('password', 'a string');
  return password.normalize('NFKC');
}

/** The words of names and addresses that are long enough to matter. */
const words = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => [text.toLowerCase(), ...text.toLowerCase().split(/[^\p{L}\p{N}]+/u)])
    .filter((word) => word.length >= 4);

/** One or two characters, or a row of neighbours such as `abcdefgh`, `87654321`. */
function isRepetitive(text: string): boolean {
  const codes = [...text].map((char) => char.codePointAt(0) as number);
  if (new Set(codes).size <= 2) return true;
  const step = codes[1]! - codes[0]!;
  return Math.abs(step) === 1 && codes.every((code, i) => i === 0 || code - codes[i - 1]! === step);
}
