import { randomInt } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { invalidArgument } from '../../errors.ts';
import { checkInteger } from '../input.ts';
import { randomBytes } from './bytes.ts';

/** A token of `bytes` random bytes, 32 by default, as base64url without padding. */
export function randomToken(bytes = 32): string {
  return randomBytes(checkInteger(bytes, 'bytes', 16, 1024)).toString('base64url');
}

/** Digits and letters but for those that look alike (0 O, 1 I l). */
const unmistakable = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** `length` random characters of `alphabet`, each as likely as every other. */
export function randomText(length: number, alphabet: string = unmistakable): string {
  checkInteger(length, 'length', 1, 4096);
  const letters = [...alphabet];
  if (letters.length < 2 || new Set(letters).size !== letters.length) {
    throw invalidArgument('alphabet', 'two or more characters, each of them once');
  }
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/**
 * A passphrase of words from the English list of BIP 39: 2,048 words, 11 bits each. The default of 7 words
 * has 77 bits.
 */
export function passphrase(words = 7, separator = '-'): string {
  checkInteger(words, 'words', 4, 64);
  return Array.from({ length: words }, () => wordlist[randomInt(wordlist.length)]).join(separator);
}
