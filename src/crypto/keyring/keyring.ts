import { invalidArgument, WolfsecError } from '../../errors.ts';
import { type AeadAlgorithm, aeadOverheadBytes } from '../aead/algorithms.ts';
import { AeadKey } from '../aead/key.ts';
import { checkInteger, type Input, inputBytes } from '../input.ts';
import { randomBytes } from '../random/bytes.ts';
import { resultBuffer } from '../result.ts';

/** The version byte and a 4-byte key id stand in front of every sealed message, authenticated with it. */
const headerBytes = 5;
const formatVersion = 1;
const keysMax = 1000;

/** A key ring written down. Whoever has it has the keys: wrap it by {@link Envelope} before it is stored. */
export interface ExportedKeyRing {
  readonly algorithm: AeadAlgorithm;
  /** The id of the key that seals. */
  readonly primary: number;
  /** Keys as base64url of 32 bytes, oldest first. */
  readonly keys: readonly { readonly id: number; readonly key: string }[];
}

/**
 * Keys in versions: the newest seals, all open. A sealed message is version byte ‖ key id (4 bytes, big
 * endian) ‖ nonce ‖ ciphertext ‖ tag.
 */
export class KeyRing implements Disposable {
  readonly algorithm: AeadAlgorithm;
  readonly #keys = new Map<number, AeadKey>();
  #primary: number;

  private constructor(algorithm: AeadAlgorithm, primary: number, keys: Iterable<[number, AeadKey]>) {
    this.algorithm = algorithm;
    for (const [id, key] of keys) this.#keys.set(id, key);
    this.#primary = primary;
  }

  /** A ring of one new key. */
  static generate(algorithm: AeadAlgorithm = 'xchacha20-poly1305'): KeyRing {
    const id = newId(new Map());
    return new KeyRing(algorithm, id, [[id, AeadKey.generate(algorithm)]]);
  }

  /**
   * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for keys that are none, `WOLFSEC_UNKNOWN_KEY` where the
   *   primary is not among them.
   */
  static import(exported: ExportedKeyRing): KeyRing {
    const keys = new Map<number, AeadKey>();
    if (!Array.isArray(exported?.keys) || exported.keys.length > keysMax) {
      throw invalidArgument('exported.keys', `an array of at most ${keysMax} keys`);
    }
    for (const { id, key } of exported.keys) {
      checkInteger(id, 'id', 1, 2 ** 32 - 1);
      if (keys.has(id)) throw invalidArgument('exported.keys', `a list without the id ${id} twice`);
      const bytes = Buffer.from(String(key), 'base64url');
      keys.set(id, AeadKey.import(exported.algorithm, bytes));
      bytes.fill(0);
    }
    if (!keys.has(exported.primary)) throw unknownKey(exported.primary);
    return new KeyRing(exported.algorithm, exported.primary, keys);
  }

  /** The id of the key that seals. */
  get primaryId(): number {
    return this.#primary;
  }

  /** The ids of all keys, oldest first. */
  get ids(): number[] {
    return [...this.#keys.keys()];
  }

  /** Adds a new key, which seals from now on. Returns its id. */
  rotate(): number {
    if (this.#keys.size >= keysMax) {
      throw new WolfsecError(
        'WOLFSEC_LIMIT_EXCEEDED',
        `a ring holds at most ${keysMax} keys: remove old ones`,
      );
    }
    const id = newId(this.#keys);
    this.#keys.set(id, AeadKey.generate(this.algorithm));
    this.#primary = id;
    return id;
  }

  /** Forgets an old key: what it sealed can no longer be opened. The primary cannot be removed. */
  remove(id: number): void {
    if (id === this.#primary) throw invalidArgument('id', 'of another key than the one that seals');
    const key = this.#keys.get(id);
    if (!key) throw unknownKey(id);
    key.dispose();
    this.#keys.delete(id);
  }

  /** Seals under the newest key. Errors are those of {@link AeadKey}. */
  seal(plaintext: Input, aad: Input = ''): Buffer {
    const bytes = inputBytes(plaintext, 'plaintext');
    const header = Buffer.alloc(headerBytes);
    header[0] = formatVersion;
    header.writeUInt32BE(this.#primary, 1);
    const output = resultBuffer(headerBytes + bytes.length + aeadOverheadBytes(this.algorithm));
    output.set(header);
    this.#key(this.#primary).sealInto(bytes, output.subarray(headerBytes), withHeader(header, aad));
    return output;
  }

  /**
   * Opens under the key that sealed.
   *
   * @throws {WolfsecError} `WOLFSEC_UNKNOWN_KEY` where the ring has not that key, and as {@link AeadKey}.
   */
  open(sealed: Uint8Array, aad: Input = ''): Buffer {
    const key = this.#key(keyIdOf(sealed));
    const header = sealed.subarray(0, headerBytes);
    return key.open(sealed.subarray(headerBytes), withHeader(header, aad));
  }

  /** Whether a message was sealed under an older key. */
  needsReseal(sealed: Uint8Array): boolean {
    return keyIdOf(sealed) !== this.#primary;
  }

  /** The message under the newest key: as it is where it is so already, else sealed anew. */
  reseal(sealed: Uint8Array, aad: Input = ''): Buffer {
    const plaintext = this.open(sealed, aad);
    if (!this.needsReseal(sealed)) return Buffer.from(sealed);
    const resealed = this.seal(plaintext, aad);
    plaintext.fill(0);
    return resealed;
  }

  /** All keys in the clear. */
  export(): ExportedKeyRing {
    const keys = [...this.#keys].map(([id, key]) => {
      const bytes = key.export();
      const text = bytes.toString('base64url');
      bytes.fill(0);
      return { id, key: text };
    });
    return { algorithm: this.algorithm, primary: this.#primary, keys };
  }

  /** Zeroises all keys. */
  dispose(): void {
    for (const key of this.#keys.values()) key.dispose();
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #key(id: number): AeadKey {
    const key = this.#keys.get(id);
    if (!key) throw unknownKey(id);
    return key;
  }
}

function keyIdOf(sealed: Uint8Array): number {
  if (!(sealed instanceof Uint8Array)) throw invalidArgument('sealed', 'a Uint8Array');
  if (sealed.length < headerBytes || sealed[0] !== formatVersion) {
    throw new WolfsecError(
      'WOLFSEC_OPEN_FAILED',
      'the message does not begin as one sealed by a key ring does',
    );
  }
  return new DataView(sealed.buffer, sealed.byteOffset).getUint32(1);
}

function withHeader(header: Uint8Array, aad: Input): Buffer {
  return Buffer.concat([header, inputBytes(aad, 'aad')]);
}

/** A random id, so that rings that were rotated apart can be told apart. */
function newId(taken: ReadonlyMap<number, unknown>): number {
  for (;;) {
    const id = randomBytes(4).readUInt32BE();
    if (id !== 0 && !taken.has(id)) return id;
  }
}

function unknownKey(id: number): WolfsecError {
  return new WolfsecError('WOLFSEC_UNKNOWN_KEY', `the ring has no key with the id ${id}`);
}
