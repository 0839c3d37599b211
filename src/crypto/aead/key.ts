import { randomFillSync } from 'node:crypto';
import type { Backend } from '../../backend/backend.ts';
import {
  type AeadBackend,
  type AeadHandle,
  AeadStatus,
  aeadAlgorithms,
  aeadKeyBytes,
  aeadNonceBytes,
} from '../../backend/contract/aead.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { OwnedHandle } from '../handle.ts';
import { checkInteger, checkOutput, checkWord, type Input, inputBytes } from '../input.ts';
import { resultBuffer } from '../result.ts';
import { type AeadAlgorithm, aeadOverheadBytes, type NonceOptions, noncesOf } from './algorithms.ts';
import { type PackedMessages, sealedOffsets, unsealedOffsets } from './packed.ts';
import { openFailed, sealFailed } from './status.ts';

/** From here on `sealAsync` and `openAsync` use another thread; below, that costs more than it saves. */
const offThreadMinBytes = 128 * 1024;

/**
 * A key for authenticated encryption. The key itself stays inside the back end; nonces are made there
 * too, within the budget that the cipher allows.
 *
 * A sealed message is **nonce ‖ ciphertext ‖ tag**. `aad` is data that is authenticated, not encrypted:
 * opening takes the same.
 *
 * Every method throws `WOLFSEC_DISPOSED` after {@link dispose} and `WOLFSEC_INVALID_ARGUMENT` for what
 * is neither bytes nor a string (which stands for its UTF-8); inputs over 2 GiB throw
 * `WOLFSEC_LIMIT_EXCEEDED`. Sealing throws `WOLFSEC_NONCE_EXHAUSTED` when the budget is used up.
 * Opening throws `WOLFSEC_OPEN_FAILED` for a wrong key, wrong `aad`, and changed or cut bytes, and
 * releases nothing of the plaintext then.
 */
export class AeadKey implements Disposable {
  readonly algorithm: AeadAlgorithm;
  /** Bytes that a sealed message is longer than its plaintext. */
  readonly overheadBytes: number;
  readonly #backend: AeadBackend;
  readonly #counting: boolean;
  readonly #firstLeft: number;
  readonly #firstCounter: number;
  readonly #handle: OwnedHandle<AeadHandle>;

  private constructor(backend: Backend, algorithm: AeadAlgorithm, key: Uint8Array, options: NonceOptions) {
    checkWord(algorithm, 'algorithm', aeadAlgorithms);
    const nonces = noncesOf(algorithm, options);
    const { aead } = backend;
    const handle = aead.importKey(algorithm, key, nonces);
    this.algorithm = algorithm;
    this.overheadBytes = aeadOverheadBytes(algorithm);
    this.#backend = aead;
    this.#counting = nonces.kind === 'counter';
    this.#firstCounter = nonces.kind === 'counter' ? nonces.next : 0;
    this.#firstLeft = aead.left(handle);
    this.#handle = new OwnedHandle('key', handle, () => aead.releaseKey(handle));
  }

  /** Makes a new key. */
  static generate(algorithm: AeadAlgorithm = 'xchacha20-poly1305', options: NonceOptions = {}): AeadKey {
    const bytes = randomFillSync(new Uint8Array(aeadKeyBytes));
    try {
      return new AeadKey(activeBackend(), algorithm, bytes, options);
    } finally {
      bytes.fill(0);
    }
  }

  /**
   * Takes over a key of 32 bytes. The caller's copy stays as it is: wipe it if it is no longer needed.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for another length.
   */
  static import(algorithm: AeadAlgorithm, key: Uint8Array, options: NonceOptions = {}): AeadKey {
    return AeadKey.importInto(activeBackend(), algorithm, key, options);
  }

  /** @internal The same, in a back end of the caller's choice. */
  static importInto(
    backend: Backend,
    algorithm: AeadAlgorithm,
    key: Uint8Array,
    options: NonceOptions = {},
  ): AeadKey {
    if (!(key instanceof Uint8Array) || key.length !== aeadKeyBytes) {
      throw new WolfsecError('WOLFSEC_INVALID_KEY', `key must be a Uint8Array of ${aeadKeyBytes} bytes`);
    }
    return new AeadKey(backend, algorithm, key, options);
  }

  /** The key's 32 bytes, to be stored in a safe place. The only way that they leave the back end. */
  export(): Buffer {
    const output = Buffer.allocUnsafeSlow(aeadKeyBytes);
    this.#backend.exportKey(this.#handle.live(), output);
    return output;
  }

  /** Messages that the key may still seal. */
  get messagesLeft(): number {
    return this.#backend.left(this.#handle.live());
  }

  /** With counter nonces, the counter to go on from when the key is imported again. */
  get nextCounter(): number | undefined {
    if (!this.#counting) return undefined;
    return this.#firstCounter + (this.#firstLeft - this.#backend.left(this.#handle.live()));
  }

  /**
   * Encrypts and authenticates under a fresh nonce: nonce ‖ ciphertext ‖ tag, {@link overheadBytes} longer
   * than the plaintext.
   *
   * @param plaintext Bytes, or text as UTF-8.
   * @param aad Authenticated beside it and not part of the result; opening takes the same.
   * @throws {WolfsecError} `WOLFSEC_NONCE_EXHAUSTED` when {@link messagesLeft} is 0 (SP 800-38D for GCM);
   * `WOLFSEC_DISPOSED`; `WOLFSEC_INVALID_ARGUMENT`.
   */
  seal(plaintext: Input, aad?: Input): Buffer {
    const bytes = inputBytes(plaintext, 'plaintext');
    const output = resultBuffer(bytes.length + this.overheadBytes);
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const status = this.#backend.seal(this.#handle.live(), bytes, associated, output);
    if (status !== AeadStatus.done) throw sealFailed(status);
    return output;
  }

  /**
   * Verifies and decrypts what {@link seal} gave.
   *
   * @throws {WolfsecError} `WOLFSEC_OPEN_FAILED` for another key, other associated data, or bytes that were
   * changed or cut; which of them is not told. `WOLFSEC_DISPOSED`; `WOLFSEC_INVALID_ARGUMENT`.
   */
  open(sealed: Uint8Array, aad?: Input): Buffer {
    const output = resultBuffer(this.#plaintextBytes(sealed));
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const status = this.#backend.open(this.#handle.live(), sealed, associated, output);
    if (status !== AeadStatus.done) throw openFailed();
    return output;
  }

  /** Seals into `output`, from its start. Returns the bytes written: the plaintext's and the overhead. */
  sealInto(plaintext: Input, output: Uint8Array, aad?: Input): number {
    const bytes = inputBytes(plaintext, 'plaintext');
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const length = bytes.length + this.overheadBytes;
    checkOutput(output, length, bytes, associated);
    const room = output.length === length ? output : output.subarray(0, length);
    const status = this.#backend.seal(this.#handle.live(), bytes, associated, room);
    if (status !== AeadStatus.done) throw sealFailed(status);
    return length;
  }

  /** Opens into `output`, from its start. Returns the plaintext's length in bytes. */
  openInto(sealed: Uint8Array, output: Uint8Array, aad?: Input): number {
    const length = this.#plaintextBytes(sealed);
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    checkOutput(output, length, sealed, associated);
    const room = output.length === length ? output : output.subarray(0, length);
    const status = this.#backend.open(this.#handle.live(), sealed, associated, room);
    if (status !== AeadStatus.done) throw openFailed();
    return length;
  }

  /**
   * Seals where the plaintext lies: `buffer` holds room for the nonce, the plaintext, and 16 bytes of
   * room for the tag, together {@link overheadBytes} more than the plaintext.
   */
  sealInPlace(buffer: Uint8Array, aad?: Input): void {
    checkOutput(buffer, this.overheadBytes);
    const associated = this.#aadBeside(buffer, aad);
    const status = this.#backend.sealInPlace(this.#handle.live(), inputBytes(buffer, 'buffer'), associated);
    if (status !== AeadStatus.done) throw sealFailed(status);
  }

  /** Opens where the sealed message lies; the plaintext is the returned part of `buffer`. Failing zeroes all. */
  openInPlace<T extends Uint8Array>(buffer: T, aad?: Input): T {
    const length = this.#plaintextBytes(buffer);
    const associated = this.#aadBeside(buffer, aad);
    const status = this.#backend.openInPlace(this.#handle.live(), buffer, associated);
    if (status !== AeadStatus.done) throw openFailed();
    const start = aeadNonceBytes(this.algorithm);
    return buffer.subarray(start, start + length) as T;
  }

  /**
   * Seals under a counter of the caller's, such as a record number. Counters may be skipped, never
   * used again.
   *
   * @throws {WolfsecError} `WOLFSEC_NONCE_REUSED` for a counter that was used or passed, and for a key
   *   without counter nonces.
   */
  sealAt(counter: number, plaintext: Input, aad?: Input): Buffer {
    checkInteger(counter, 'counter', 0, Number.MAX_SAFE_INTEGER - 1);
    if (!this.#counting) throw sealFailed(AeadStatus.reused);
    const bytes = inputBytes(plaintext, 'plaintext');
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const output = resultBuffer(bytes.length + this.overheadBytes);
    const status = this.#backend.sealAt(this.#handle.live(), counter, bytes, associated, output);
    if (status !== AeadStatus.done) throw sealFailed(status);
    return output;
  }

  /** Seals many messages in one call, all with the same `aad`. All are sealed, or none. */
  sealBatch(messages: PackedMessages, aad?: Input): PackedMessages {
    const offsets = sealedOffsets(messages, this.overheadBytes);
    const data = Buffer.allocUnsafe(offsets[offsets.length - 1] as number);
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const handle = this.#handle.live();
    const status = this.#backend.sealBatch(handle, messages.data, messages.offsets, associated, data);
    if (status !== AeadStatus.done) throw sealFailed(status);
    return { data, offsets };
  }

  /** Opens many messages in one call. All are opened, or none: the error tells the first that did not. */
  openBatch(sealed: PackedMessages, aad?: Input): PackedMessages {
    const offsets = unsealedOffsets(sealed, this.overheadBytes);
    const data = Buffer.allocUnsafe(offsets[offsets.length - 1] as number);
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const handle = this.#handle.live();
    const opened = this.#backend.openBatch(handle, sealed.data, sealed.offsets, associated, data);
    if (opened !== sealed.offsets.length - 1) throw openFailed(opened);
    return { data, offsets };
  }

  /**
   * As {@link seal}; large inputs on another thread. They must not change until the promise settles; one that is
   * detached or shrunk meanwhile may be refused with `WOLFSEC_INVALID_ARGUMENT`.
   */
  async sealAsync(plaintext: Input, aad?: Input): Promise<Buffer> {
    const bytes = inputBytes(plaintext, 'plaintext');
    if (bytes.length < offThreadMinBytes) return this.seal(bytes, aad);
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const sealed = await this.#backend.sealOffThread(this.#handle.live(), bytes, associated);
    if (typeof sealed === 'number') throw sealFailed(sealed);
    return sealed;
  }

  /**
   * As {@link open}; large inputs on another thread. They must not change until the promise settles; one that is
   * detached or shrunk meanwhile may be refused with `WOLFSEC_INVALID_ARGUMENT`.
   */
  async openAsync(sealed: Uint8Array, aad?: Input): Promise<Buffer> {
    if (this.#plaintextBytes(sealed) < offThreadMinBytes) return this.open(sealed, aad);
    const associated = aad === undefined ? undefined : inputBytes(aad, 'aad');
    const plaintext = await this.#backend.openOffThread(this.#handle.live(), sealed, associated);
    if (typeof plaintext === 'number') throw openFailed();
    return plaintext;
  }

  /** @internal For constructions that derive their nonces, such as STREAM. */
  withHandle<T>(run: (backend: AeadBackend, handle: AeadHandle) => T): T {
    return run(this.#backend, this.#handle.live());
  }

  /** Zeroises the key. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #plaintextBytes(sealed: Uint8Array): number {
    if (!(sealed instanceof Uint8Array)) throw invalidArgument('sealed', 'a Uint8Array');
    if (sealed.length < this.overheadBytes) {
      this.#handle.live();
      throw openFailed();
    }
    return inputBytes(sealed, 'sealed').length - this.overheadBytes;
  }

  #aadBeside(buffer: Uint8Array, aad: Input | undefined): Uint8Array | undefined {
    if (aad === undefined) return undefined;
    const bytes = inputBytes(aad, 'aad');
    checkOutput(buffer, 0, bytes);
    return bytes;
  }
}
