import { Transform, type TransformCallback } from 'node:stream';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { AeadKey } from '../aead/key.ts';
import { type Input, inputBytes } from '../input.ts';
import { randomBytes } from '../random/bytes.ts';
import { ChunkCipher, chunkBytes, headerBytes, readHeader, writeHeader } from './format.ts';
import { Pieces } from './pieces.ts';

/** Settings of {@link SealStream} and {@link OpenStream}. */
export interface StreamOptions {
  /** Authenticated with every chunk; opening takes the same. Empty by default. */
  readonly aad?: Input;
}

/**
 * Seals a stream of any length: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015,
 * https://eprint.iacr.org/2015/189) over chunks of 64 KiB, 16 bytes longer each, behind a header of 37
 * bytes. Chunks cannot be swapped, repeated, dropped or cut off unnoticed.
 */
export class SealStream extends Transform {
  readonly #cipher: ChunkCipher;
  readonly #aad: Uint8Array;
  readonly #pieces = new Pieces(chunkBytes);

  /**
   * Pushes the header at once, with a salt of its own: no two streams share a key.
   *
   * @throws {WolfsecError} `WOLFSEC_DISPOSED`; `WOLFSEC_INVALID_ARGUMENT`.
   */
  constructor(key: AeadKey, options: StreamOptions = {}) {
    super({ readableHighWaterMark: 4 * chunkBytes, writableHighWaterMark: 4 * chunkBytes });
    if (!(key instanceof AeadKey)) throw invalidArgument('key', 'an AeadKey');
    const salt = randomBytes(headerBytes - 5);
    this.#aad = Uint8Array.from(inputBytes(options.aad ?? '', 'aad'));
    this.#cipher = new ChunkCipher(key, salt);
    this.push(writeHeader(key.algorithm, salt));
  }

  /** @internal */
  override _transform(data: Buffer, _: BufferEncoding, done: TransformCallback): void {
    attempt(done, () =>
      this.#pieces.add(data, (piece) => this.push(this.#cipher.seal(piece, false, this.#aad))),
    );
  }

  /** @internal */
  override _flush(done: TransformCallback): void {
    attempt(done, () => this.push(this.#cipher.seal(this.#pieces.rest(), true, this.#aad)));
  }

  /** @internal */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pieces.wipe();
    this.#cipher.dispose();
    done(error);
  }
}

/**
 * Opens what {@link SealStream} sealed. Each chunk is released once it is verified; the stream fails with
 * `WOLFSEC_OPEN_FAILED` at the first that is not the next one, and where the end is missing. What came
 * out before is then genuine but not all: do not act on it until the stream has ended.
 */
export class OpenStream extends Transform {
  readonly #key: AeadKey;
  readonly #aad: Uint8Array;
  readonly #header = Buffer.alloc(headerBytes);
  readonly #pieces = new Pieces(chunkBytes + 16);
  #headerFilled = 0;
  #cipher: ChunkCipher | undefined;
  #chunk = 0;

  /**
   * The key is taken when the header has arrived; keep it until then.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT`.
   */
  constructor(key: AeadKey, options: StreamOptions = {}) {
    super({ readableHighWaterMark: 4 * chunkBytes, writableHighWaterMark: 4 * chunkBytes });
    if (!(key instanceof AeadKey)) throw invalidArgument('key', 'an AeadKey');
    this.#key = key;
    this.#aad = Uint8Array.from(inputBytes(options.aad ?? '', 'aad'));
  }

  /** @internal */
  override _transform(data: Buffer, _: BufferEncoding, done: TransformCallback): void {
    attempt(done, () => this.#pieces.add(this.#afterHeader(data), (piece) => this.#open(piece, false)));
  }

  /** @internal */
  override _flush(done: TransformCallback): void {
    attempt(done, () => this.#open(this.#pieces.rest(), true));
  }

  /** @internal */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#cipher?.dispose();
    done(error);
  }

  #afterHeader(data: Buffer): Buffer {
    if (this.#cipher) return data;
    const taken = Math.min(data.length, headerBytes - this.#headerFilled);
    this.#header.set(data.subarray(0, taken), this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled === headerBytes) {
      this.#cipher = new ChunkCipher(this.#key, readHeader(this.#header, this.#key.algorithm));
    }
    return data.subarray(taken);
  }

  #open(piece: Buffer, last: boolean): void {
    const plaintext = this.#cipher?.open(piece, last, this.#aad);
    if (!plaintext) {
      throw new WolfsecError(
        'WOLFSEC_OPEN_FAILED',
        `chunk ${this.#chunk} was not opened: wrong key, wrong associated data, or the stream was changed or cut`,
      );
    }
    this.#chunk++;
    this.push(plaintext);
  }
}

function attempt(done: TransformCallback, work: () => void): void {
  try {
    work();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
