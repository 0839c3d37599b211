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
   *   primary is not among them, `WOLFSEC_INVALID_ARGUMENT` for what is no exported ring.
   */
  static import(exported: ExportedKeyRing): KeyRing {
    const keys = new Map<number, AeadKey>();
    if (!Array.isArray(exported?.keys) || exported.keys.length > keysMax) {
      throw invalidArgument('exported.keys', `an array of at most ${keysMax} keys`);
    }
    try {
      for (const entry of exported.keys) {
        const { id, key }: ExportedKeyRing['keys'][number] = entry ?? {};
        checkInteger(id, 'id', 1, 2 ** 32 - 1);
        if (keys.has(id)) throw invalidArgument('exported.keys', `a list without the id ${id} twice`);
        keys.set(id, keyOf(exported.algorithm, key));
      }
      if (!keys.has(exported.primary)) throw unknownKey(exported.primary);
      return new KeyRing(exported.algorithm, exported.primary, keys);
    } catch (error) {
      for (const key of keys.values()) key.dispose();
      throw error;
    }
  }

  /** The id of the key that seals. */
  get primaryId(): number {
    return this.#primary;
  }

  /** The ids of all keys, oldest first. */
  get ids(): number[] {
    return [...this.#keys.keys()];
  }

  /** Adds a new key, which seals from now on. Returns its id. Throws `WOLFSEC_DISPOSED` after {@link dispose}. */
  rotate(): number {
    // Else a ring that was disposed of would seal again, under a key that nobody can export.
    this.#key(this.#primary).withHandle(() => undefined);
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
    try {
      return this.needsReseal(sealed) ? this.seal(plaintext, aad) : Buffer.from(sealed);
    } finally {
      plaintext.fill(0);
    }
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

function keyOf(algorithm: AeadAlgorithm, text: string): AeadKey {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64url');
  try {
    return AeadKey.import(algorithm, bytes);
  } finally {
    bytes.fill(0);
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
  return new WolfsecError('WOLFSEC_UNKNOWN_KEY', `the ring has no key with the id ${String(id)}`);
}
