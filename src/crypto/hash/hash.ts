import {
  digestBytes,
  type HashAlgorithm,
  type HashBackend,
  type HashHandle,
  hashAlgorithms,
} from '../../backend/contract/hash.ts';
import { activeBackend } from '../../backend/select.ts';
import { type PackedMessages, packedOf } from '../aead/packed.ts';
import { OwnedHandle } from '../handle.ts';
import { checkOutput, checkWord, type Input, inputBytes } from '../input.ts';
import { resultBuffer } from '../result.ts';

export { type HashAlgorithm, hashAlgorithms };

/**
 * The digest of `data`: SHA-2 (FIPS 180-4), SHA3-256 (FIPS 202) or BLAKE3, which uses several cores
 * for large inputs.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an unknown algorithm or input.
 */
export function hash(algorithm: HashAlgorithm, data: Input): Buffer;
export function hash(algorithm: HashAlgorithm, data: Input, encoding: BufferEncoding): string;
export function hash(algorithm: HashAlgorithm, data: Input, encoding?: BufferEncoding): Buffer | string {
  const length = digestBytes[checkWord(algorithm, 'algorithm', hashAlgorithms)];
  const output = resultBuffer(length);
  activeBackend().hash.digest(algorithm, inputBytes(data, 'data'), output);
  return encoding === undefined ? output : output.toString(encoding);
}

/** Writes the digest of `data` to the start of `output`. Returns its length in bytes. */
export function hashInto(algorithm: HashAlgorithm, data: Input, output: Uint8Array): number {
  const length = digestBytes[checkWord(algorithm, 'algorithm', hashAlgorithms)];
  const bytes = inputBytes(data, 'data');
  checkOutput(output, length, bytes);
  activeBackend().hash.digest(algorithm, bytes, output.subarray(0, length));
  return length;
}

/** The digests of many messages, in one call: one behind the other, each of the same length. */
export function hashMany(algorithm: HashAlgorithm, messages: readonly Input[] | PackedMessages): Buffer {
  const length = digestBytes[checkWord(algorithm, 'algorithm', hashAlgorithms)];
  const packed = packedOf(messages);
  const output = resultBuffer((packed.offsets.length - 1) * length);
  activeBackend().hash.digestMany(algorithm, packed.data, packed.offsets, output);
  return output;
}

/** A hash in pieces. Its state stays in the back end and is wiped by {@link dispose}. */
export class Hasher implements Disposable {
  readonly algorithm: HashAlgorithm;
  readonly #backend: HashBackend;
  readonly #handle: OwnedHandle<HashHandle>;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an unknown algorithm. */
  constructor(algorithm: HashAlgorithm) {
    checkWord(algorithm, 'algorithm', hashAlgorithms);
    const { hash: backend } = activeBackend();
    const handle = backend.start(algorithm);
    this.algorithm = algorithm;
    this.#backend = backend;
    this.#handle = new OwnedHandle('hash', handle, () => backend.release(handle));
  }

  /**
   * Adds bytes, or text as UTF-8; in as many parts as one likes.
   *
   * @throws {WolfsecError} `WOLFSEC_DISPOSED`; `WOLFSEC_INVALID_ARGUMENT`.
   */
  update(data: Input): this {
    this.#backend.update(this.#handle.live(), inputBytes(data, 'data'));
    return this;
  }

  /** The digest of all that was added so far; more may follow. */
  digest(): Buffer;
  digest(encoding: BufferEncoding): string;
  digest(encoding?: BufferEncoding): Buffer | string {
    const output = resultBuffer(digestBytes[this.algorithm]);
    this.#backend.finish(this.#handle.live(), output);
    return encoding === undefined ? output : output.toString(encoding);
  }

  /** Wipes the state; further use throws `WOLFSEC_DISPOSED`. A second call does nothing. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
