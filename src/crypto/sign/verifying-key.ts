import type { Backend } from '../../backend/backend.ts';
import {
  type KeyPairAlgorithm,
  type PublicHandle,
  type SignAlgorithm,
  type SignBackend,
  signatureBytes,
} from '../../backend/contract/sign.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { packMessages } from '../aead/packed.ts';
import { OwnedHandle } from '../handle.ts';
import { checkWord, type Input, inputBytes } from '../input.ts';
import { type JsonWebKey, publicBytes, publicJwk, publicPem } from './formats.ts';

/** What a public key is made from: its bytes, PEM (SPKI), or a JWK. */
export type PublicKeyInput = Uint8Array | string | JsonWebKey;

/** One signature to check among many. */
export interface SignedMessage {
  readonly key: VerifyingKey;
  readonly message: Input;
  readonly signature: Uint8Array;
}

/**
 * A key that verifies. Ed25519 is read strictly: keys and R of small order, and S out of range, are
 * refused, so that one signature holds for one message under one key.
 */
export class VerifyingKey implements Disposable {
  readonly algorithm: SignAlgorithm;
  readonly #backend: SignBackend;
  readonly #bytes: Buffer;
  readonly #handle: OwnedHandle<PublicHandle>;

  private constructor({ sign }: Backend, algorithm: SignAlgorithm, bytes: Uint8Array) {
    const handle = sign.importPublic(algorithm, bytes);
    if (handle === undefined) {
      throw new WolfsecError(
        'WOLFSEC_INVALID_KEY',
        `key must be a public key of ${algorithm}: bytes, PEM or JWK`,
      );
    }
    this.algorithm = algorithm;
    this.#backend = sign;
    this.#bytes = Buffer.from(bytes);
    this.#handle = new OwnedHandle('key', handle, () => sign.releasePublic(handle));
  }

  /** @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for what is no public key of the algorithm. */
  static import(algorithm: SignAlgorithm, key: PublicKeyInput): VerifyingKey {
    return VerifyingKey.importInto(activeBackend(), algorithm, key);
  }

  /** @internal The same, in a back end of the caller's choice. */
  static importInto(backend: Backend, algorithm: SignAlgorithm, key: PublicKeyInput): VerifyingKey {
    checkWord<KeyPairAlgorithm>(algorithm, 'algorithm', ['ed25519', 'ecdsa-p256']);
    const bytes = key instanceof Uint8Array ? key : publicBytes(algorithm, key);
    return new VerifyingKey(backend, algorithm, bytes);
  }

  /** Whether the signature is valid; `false` for one of another length. */
  verify(message: Input, signature: Uint8Array): boolean {
    if (!(signature instanceof Uint8Array)) throw invalidArgument('signature', 'a Uint8Array');
    return this.#backend.verify(this.#handle.live(), inputBytes(message, 'message'), signature);
  }

  /** Checks many signatures in one call: whether each is valid, in order. */
  static verifyBatch(messages: readonly SignedMessage[]): boolean[] {
    if (!Array.isArray(messages)) throw invalidArgument('messages', 'an array');
    // Holes in the array are messages that are none, hence the iterator.
    for (const [i, message] of messages.entries()) {
      if (!(message?.key instanceof VerifyingKey))
        throw invalidArgument(`messages[${i}].key`, 'a VerifyingKey');
      if (!(message.signature instanceof Uint8Array)) {
        throw invalidArgument(`messages[${i}].signature`, 'a Uint8Array');
      }
    }
    const [first] = messages as readonly SignedMessage[];
    if (first === undefined) return [];
    const packed = packMessages(messages.map(({ message }) => message));
    const signatures = new Uint8Array(messages.length * signatureBytes);
    messages.forEach(({ signature }, i) => {
      // A signature of another length stays zero, which is none.
      if (signature.length === signatureBytes) signatures.set(signature, i * signatureBytes);
    });
    const keys = messages.map(({ key }) => key.#handle.live());
    const valid = new Uint8Array(messages.length);
    const backend = first.key.#backend;
    if (messages.some(({ key }) => key.#backend !== backend)) {
      throw invalidArgument('messages', 'signed for keys of one back end');
    }
    backend.verifyMany(keys, packed.data, packed.offsets, signatures, valid);
    return Array.from(valid, (each) => each === 1);
  }

  /** The public key's bytes. */
  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }

  /** The public key as a JWK. */
  jwk(): JsonWebKey {
    return publicJwk(this.algorithm, this.#bytes);
  }

  /** The public key as PEM (SPKI). */
  pem(): string {
    return publicPem(this.algorithm, this.#bytes);
  }

  /** Lets go of the key; further use throws `WOLFSEC_DISPOSED`. A second call does nothing. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
