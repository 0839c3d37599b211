import { invalidArgument, WolfsecError } from '../../errors.ts';
import { type AeadAlgorithm, aeadOverheadBytes } from '../aead/algorithms.ts';
import { AeadKey } from '../aead/key.ts';
import { checkInteger, type Input, inputBytes } from '../input.ts';
import type { KeyProvider } from './provider.ts';

const formatVersion = 2;
/** Version byte and the length of the wrapped key. */
const prefixBytes = 3;

/** Settings of {@link Envelope}. */
export interface EnvelopeOptions {
  readonly algorithm?: AeadAlgorithm;
  /**
   * Messages sealed under one data key, so that the provider is not asked for each. Default 1: every
   * message has a data key of its own.
   */
  readonly messagesPerKey?: number;
}

/**
 * A data key in use. It is disposed of after its last message rather than left to the collector, which comes too
 * late where messages are sealed one after another without a turn of the event loop between.
 */
interface CurrentKey {
  readonly ready: Promise<{ readonly key: AeadKey; readonly head: Buffer }>;
  readonly dispose: () => void;
  /** Messages that it may still seal. */
  left: number;
  /** Messages that are being sealed. */
  sealing: number;
}

/**
 * Envelope encryption: messages are sealed under data keys, which a master key wraps. A sealed message is
 * version byte ‖ length of the wrapped key (2 bytes) ‖ wrapped key ‖ nonce ‖ ciphertext ‖ tag.
 */
export class Envelope {
  readonly #provider: KeyProvider;
  readonly #algorithm: AeadAlgorithm;
  readonly #messagesPerKey: number;
  #current: CurrentKey | undefined;

  /**
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an unknown algorithm or `messagesPerKey` outside 1
   * to 2^31. Default: XChaCha20-Poly1305, a data key for each message.
   */
  constructor(provider: KeyProvider, options: EnvelopeOptions = {}) {
    this.#provider = provider;
    this.#algorithm = options.algorithm ?? 'xchacha20-poly1305';
    aeadOverheadBytes(this.#algorithm);
    this.#messagesPerKey = checkInteger(options.messagesPerKey ?? 1, 'messagesPerKey', 1, 2 ** 31);
  }

  /**
   * Seals under a data key. Errors are those of {@link AeadKey} and of the provider. Inputs must not change until
   * the promise settles: the provider is asked first.
   */
  async seal(plaintext: Input, aad: Input = ''): Promise<Buffer> {
    const bytes = inputBytes(plaintext, 'plaintext');
    const associated = inputBytes(aad, 'aad');
    const current = this.#taken();
    try {
      const { key, head } = await current.ready;
      return Buffer.concat([head, key.seal(bytes, Buffer.concat([head, associated]))]);
    } finally {
      current.sealing--;
      if (current.left === 0 && current.sealing === 0) current.dispose();
    }
  }

  /** Opens with the provider's help. Inputs must not change until the promise settles. */
  async open(sealed: Uint8Array, aad: Input = ''): Promise<Buffer> {
    if (!(sealed instanceof Uint8Array)) throw invalidArgument('sealed', 'a Uint8Array');
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
    const wrappedBytes =
      bytes.length >= prefixBytes && bytes[0] === formatVersion ? bytes.readUInt16BE(1) : 0;
    const headBytes = prefixBytes + wrappedBytes;
    if (wrappedBytes === 0 || bytes.length < headBytes) {
      throw new WolfsecError('WOLFSEC_OPEN_FAILED', 'the message does not begin as an envelope does');
    }
    const associated = inputBytes(aad, 'aad');
    const head = bytes.subarray(0, headBytes);
    const plaintextKey = await this.#provider.unwrap(head.subarray(prefixBytes));
    using key = imported(this.#algorithm, plaintextKey);
    return key.open(bytes.subarray(headBytes), Buffer.concat([head, associated]));
  }

  /** The data key to seal the next message under. */
  #taken(): CurrentKey {
    const current = this.#current ?? this.#started();
    current.sealing++;
    current.left--;
    this.#current = current.left > 0 ? current : undefined;
    return current;
  }

  #started(): CurrentKey {
    let made: AeadKey | undefined;
    const current: CurrentKey = {
      left: this.#messagesPerKey,
      sealing: 0,
      ready: this.#newKey().then(
        (dataKey) => {
          made = dataKey.key;
          return dataKey;
        },
        (error) => {
          // The next message asks the provider again.
          if (this.#current === current) this.#current = undefined;
          throw error;
        },
      ),
      dispose: () => made?.dispose(),
    };
    return current;
  }

  async #newKey(): Promise<{ key: AeadKey; head: Buffer }> {
    const { plaintext, wrapped } = await this.#provider.generateDataKey();
    if (wrapped.length === 0 || wrapped.length > 65535) {
      plaintext.fill(0);
      throw new WolfsecError(
        'WOLFSEC_INVALID_KEY',
        'the provider wrapped the key into nothing, or over 65535 bytes',
      );
    }
    const head = Buffer.alloc(prefixBytes + wrapped.length);
    head[0] = formatVersion;
    head.writeUInt16BE(wrapped.length, 1);
    head.set(wrapped, prefixBytes);
    return { key: imported(this.#algorithm, plaintext), head };
  }
}

function imported(algorithm: AeadAlgorithm, bytes: Uint8Array): AeadKey {
  try {
    return AeadKey.import(algorithm, bytes);
  } finally {
    bytes.fill(0);
  }
}
