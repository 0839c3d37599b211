import type { Backend } from '../../backend/backend.ts';
import {
  type MacAlgorithm,
  type MacBackend,
  type MacHandle,
  macAlgorithms,
  macBytes,
} from '../../backend/contract/hash.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { type PackedMessages, packedOf } from '../aead/packed.ts';
import { OwnedHandle } from '../handle.ts';
import { checkOutput, checkWord, type Input, inputBytes } from '../input.ts';
import { randomBytes } from '../random/bytes.ts';
import { resultBuffer } from '../result.ts';

export { type MacAlgorithm, macAlgorithms };

/**
 * A key for message authentication: HMAC (RFC 2104) or keyed BLAKE3. Its first blocks are hashed once,
 * when it is made; the key stays inside the back end.
 */
export class MacKey implements Disposable {
  readonly algorithm: MacAlgorithm;
  /** Bytes of a tag. */
  readonly tagBytes: number;
  readonly #backend: MacBackend;
  readonly #handle: OwnedHandle<MacHandle>;

  private constructor({ mac }: Backend, algorithm: MacAlgorithm, key: Uint8Array) {
    const handle = mac.importKey(algorithm, key);
    this.algorithm = algorithm;
    this.tagBytes = macBytes[algorithm];
    this.#backend = mac;
    this.#handle = new OwnedHandle('key', handle, () => mac.release(handle));
  }

  /** Makes a new key, as long as a tag. */
  static generate(algorithm: MacAlgorithm = 'hmac-sha256'): MacKey {
    const bytes = randomBytes(macBytes[checkWord(algorithm, 'algorithm', macAlgorithms)]);
    try {
      return new MacKey(activeBackend(), algorithm, bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /**
   * Takes over a key: any length for HMAC (at least 32 bytes are advised), 32 bytes for BLAKE3.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for an empty key, or another length with BLAKE3.
   */
  static import(algorithm: MacAlgorithm, key: Input): MacKey {
    return MacKey.importInto(activeBackend(), algorithm, key);
  }

  /** @internal The same, in a back end of the caller's choice. */
  static importInto(backend: Backend, algorithm: MacAlgorithm, key: Input): MacKey {
    checkWord(algorithm, 'algorithm', macAlgorithms);
    const bytes = inputBytes(key, 'key');
    if (bytes.length === 0) throw new WolfsecError('WOLFSEC_INVALID_KEY', 'key must not be empty');
    if (algorithm === 'blake3' && bytes.length !== 32) {
      throw new WolfsecError('WOLFSEC_INVALID_KEY', 'key must have 32 bytes for blake3');
    }
    return new MacKey(backend, algorithm, bytes);
  }

  /** The tag of a message. */
  sign(data: Input): Buffer {
    const output = resultBuffer(this.tagBytes);
    this.#backend.sign(this.#handle.live(), inputBytes(data, 'data'), output);
    return output;
  }

  /** Writes the tag to the start of `output`. Returns its length in bytes. */
  signInto(data: Input, output: Uint8Array): number {
    const bytes = inputBytes(data, 'data');
    checkOutput(output, this.tagBytes, bytes);
    const room = output.length === this.tagBytes ? output : output.subarray(0, this.tagBytes);
    this.#backend.sign(this.#handle.live(), bytes, room);
    return this.tagBytes;
  }

  /** The tags of many messages, in one call: one behind the other. */
  signMany(messages: readonly Input[] | PackedMessages): Buffer {
    const packed = packedOf(messages);
    const output = resultBuffer((packed.offsets.length - 1) * this.tagBytes);
    this.#backend.signMany(this.#handle.live(), packed.data, packed.offsets, output);
    return output;
  }

  /** Whether `tag` is the message's: compared in constant time, `false` for another length. */
  verify(data: Input, tag: Uint8Array): boolean {
    if (!(tag instanceof Uint8Array)) throw invalidArgument('tag', 'a Uint8Array');
    return this.#backend.verify(this.#handle.live(), inputBytes(data, 'data'), tag);
  }

  /** A message in pieces. */
  start(): MacMessage {
    return new MacMessage(this.#backend, this.#backend.start(this.#handle.live()), this.tagBytes);
  }

  /** Zeroises the key. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A message in pieces, made by {@link MacKey.start}. It outlives its key. */
export class MacMessage implements Disposable {
  readonly #backend: MacBackend;
  readonly #tagBytes: number;
  readonly #handle: OwnedHandle<MacHandle>;

  /** @internal */
  constructor(backend: MacBackend, handle: MacHandle, tagBytes: number) {
    this.#backend = backend;
    this.#tagBytes = tagBytes;
    this.#handle = new OwnedHandle('message', handle, () => backend.release(handle));
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

  /** The tag of all that was added so far; more may follow. */
  tag(): Buffer {
    const output = resultBuffer(this.#tagBytes);
    this.#backend.finish(this.#handle.live(), output);
    return output;
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

/** The HMAC of one message under a key that is used once; {@link MacKey} is faster from the second on. */
export function hmac(algorithm: 'sha256' | 'sha384' | 'sha512', key: Input, data: Input): Buffer {
  checkWord(algorithm, 'algorithm', ['sha256', 'sha384', 'sha512']);
  using imported = MacKey.import(`hmac-${algorithm}`, key);
  return imported.sign(data);
}
