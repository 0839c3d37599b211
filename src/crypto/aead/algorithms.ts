import {
  type AeadAlgorithm,
  type AeadNonces,
  aeadAlgorithms,
  aeadNonceBytes,
  aeadTagBytes,
} from '../../backend/contract/aead.ts';
import { invalidArgument } from '../../errors.ts';
import { checkInteger, checkWord } from '../input.ts';

export { type AeadAlgorithm, aeadAlgorithms };

/**
 * Bytes that a sealed message is longer than its plaintext: the nonce in front, the tag behind.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an unknown algorithm.
 */
export function aeadOverheadBytes(algorithm: AeadAlgorithm): number {
  return aeadNonceBytes(checkWord(algorithm, 'algorithm', aeadAlgorithms)) + aeadTagBytes;
}

/**
 * Messages that one key may seal under random 96-bit nonces: beyond 2³², a nonce may repeat with a
 * probability above 2⁻³² (NIST SP 800-38D §8.3).
 */
export const randomNonceMessagesMax = 2 ** 32;

/** Where the nonces of a key come from. */
export interface NonceOptions {
  /**
   * `random` (the default), or a counter: then no nonce repeats as long as no two keys with the same
   * bytes use the same fixed field and counter. A process that imports a key again goes on from the
   * {@link AeadKey.nextCounter} that it stored.
   */
  readonly nonces?: 'random' | CounterNonces;
  /**
   * Messages to seal at most. Default and upper bound with random nonces: 2³² for AES-GCM and
   * ChaCha20-Poly1305, no bound for AES-GCM-SIV and XChaCha20-Poly1305.
   */
  readonly messagesMax?: number;
}

/** NIST SP 800-38D §8.2.1: four fixed bytes that tell devices apart, then a 64-bit counter. */
export interface CounterNonces {
  /** 4 bytes; zeroes by default. */
  readonly fixedField?: Uint8Array;
  /** The first counter to use; 0 by default. */
  readonly next?: number;
}

/** Turns options into what a back end takes. */
export function noncesOf(algorithm: AeadAlgorithm, options: NonceOptions): AeadNonces {
  // Whatever is neither must not pass for a counter from 0, as a misspelt 'random' would: its nonces repeat.
  if (!isPlain(options))
    throw invalidArgument('options', '{ nonces, messagesMax }, each of which may be left out');
  const { nonces = 'random', messagesMax } = options;
  if (nonces !== 'random' && !isPlain(nonces)) {
    throw invalidArgument('nonces', "'random' or { fixedField, next }");
  }
  if (nonces === 'random') {
    const bound = randomBound(algorithm);
    if (messagesMax !== undefined) checkInteger(messagesMax, 'messagesMax', 1, bound);
    return { kind: 'random', messages: messagesMax ?? bound };
  }
  if (algorithm === 'xchacha20-poly1305') {
    throw invalidArgument('nonces', 'random with xchacha20-poly1305, whose nonces are made for that');
  }
  const { fixedField = new Uint8Array(4), next = 0 } = nonces;
  if (!(fixedField instanceof Uint8Array) || fixedField.length !== 4) {
    throw invalidArgument('nonces.fixedField', 'a Uint8Array of 4 bytes');
  }
  checkInteger(next, 'nonces.next', 0, counterMax);
  if (messagesMax !== undefined) checkInteger(messagesMax, 'messagesMax', 1, counterMax);
  const last = Math.min(counterMax, messagesMax === undefined ? counterMax : next + messagesMax - 1);
  return { kind: 'counter', fixed: Uint8Array.from(fixedField), next, last };
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** The last counter: what a JavaScript number holds exactly, less one so that `next` does, too. */
const counterMax = Number.MAX_SAFE_INTEGER - 1;

function randomBound(algorithm: AeadAlgorithm): number {
  const unlimited = algorithm === 'xchacha20-poly1305' || algorithm === 'aes-256-gcm-siv';
  return unlimited ? Number.MAX_SAFE_INTEGER : randomNonceMessagesMax;
}
