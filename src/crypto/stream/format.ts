import { aeadAlgorithms, aeadNonceBytes } from '../../backend/contract/aead.ts';
import { WolfsecError } from '../../errors.ts';
import type { AeadAlgorithm } from '../aead/algorithms.ts';
import { AeadKey } from '../aead/key.ts';
import { hkdf } from '../hash/kdf.ts';

/** Bytes of plaintext in every chunk but the last, which may be shorter. */
export const chunkBytes = 64 * 1024;

/** `WSS`, the version, the cipher's number, and a salt of 32 bytes. */
export const headerBytes = 37;
const magic = Buffer.from('WSS\x01', 'latin1');

/** Nonces end in a 4-byte counter and a byte that marks the last chunk. */
const chunksMax = 2 ** 32;

export function writeHeader(algorithm: AeadAlgorithm, salt: Uint8Array): Buffer {
  return Buffer.concat([magic, Buffer.of(aeadAlgorithms.indexOf(algorithm)), salt]);
}

/** The salt in a header, or why it is none of this key. */
export function readHeader(header: Buffer, algorithm: AeadAlgorithm): Buffer {
  if (!header.subarray(0, 4).equals(magic)) {
    throw new WolfsecError('WOLFSEC_OPEN_FAILED', 'the input does not begin as a sealed stream does');
  }
  const written = aeadAlgorithms[header[4] as number];
  if (written !== algorithm) {
    throw new WolfsecError(
      'WOLFSEC_OPEN_FAILED',
      `the stream was sealed with ${written ?? 'an unknown cipher'}, the key is for ${algorithm}`,
    );
  }
  return header.subarray(5);
}

/**
 * The cipher of one stream: a key of its own, derived from the long-lived one and the salt by
 * HKDF-SHA256, so that nonces may simply count.
 */
export class ChunkCipher implements Disposable {
  readonly #key: AeadKey;
  readonly #nonce: Buffer;
  #chunk = 0;

  constructor(key: AeadKey, salt: Uint8Array) {
    const secret = key.export();
    const derived = hkdf('sha256', secret, { salt, info: `wolfsec stream ${key.algorithm}`, length: 32 });
    secret.fill(0);
    this.#key = AeadKey.import(key.algorithm, derived);
    derived.fill(0);
    this.#nonce = Buffer.alloc(aeadNonceBytes(key.algorithm));
  }

  seal(chunk: Uint8Array, last: boolean, aad: Uint8Array): Buffer {
    const output = Buffer.allocUnsafe(chunk.length + 16);
    const nonce = this.#next(last);
    this.#key.withHandle((backend, handle) => backend.sealWith(handle, nonce, chunk, aad, output));
    return output;
  }

  /** `undefined` where the chunk was changed, or stood elsewhere. */
  open(chunk: Uint8Array, last: boolean, aad: Uint8Array): Buffer | undefined {
    if (chunk.length < 16) return undefined;
    const output = Buffer.allocUnsafe(chunk.length - 16);
    const nonce = this.#next(last);
    const status = this.#key.withHandle((backend, handle) =>
      backend.openWith(handle, nonce, chunk, aad, output),
    );
    return status === 0 ? output : undefined;
  }

  dispose(): void {
    this.#key.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #next(last: boolean): Buffer {
    if (this.#chunk >= chunksMax) {
      throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', 'a sealed stream holds at most 256 TiB');
    }
    this.#nonce.writeUInt32BE(this.#chunk++, this.#nonce.length - 5);
    this.#nonce[this.#nonce.length - 1] = last ? 1 : 0;
    return this.#nonce;
  }
}
