import type { Backend } from '../../backend/backend.ts';
import {
  type KeyPairAlgorithm,
  keyPairAlgorithms,
  type PrivateHandle,
  privateKeyBytes,
  publicKeyBytes,
  type SignAlgorithm,
  type SignBackend,
  signatureBytes,
} from '../../backend/contract/sign.ts';
import { activeBackend } from '../../backend/select.ts';
import { WolfsecError } from '../../errors.ts';
import { OwnedHandle } from '../handle.ts';
import { checkWord, type Input, inputBytes } from '../input.ts';
import { randomBytes } from '../random/bytes.ts';
import { resultBuffer } from '../result.ts';
import { type JsonWebKey, privateBytes, publicJwk, publicPem } from './formats.ts';
import { VerifyingKey } from './verifying-key.ts';

export type { KeyPairAlgorithm, SignAlgorithm };

/** What a private key is made from: its 32 bytes, PEM (PKCS #8 or SEC 1), or a JWK. */
export type PrivateKeyInput = Uint8Array | string | JsonWebKey;

/** A private key inside a back end. */
abstract class PrivateKey implements Disposable {
  readonly algorithm: KeyPairAlgorithm;
  protected readonly backend: SignBackend;
  readonly #handle: OwnedHandle<PrivateHandle>;

  /** @internal */
  protected constructor(backend: SignBackend, algorithm: KeyPairAlgorithm, handle: PrivateHandle) {
    this.algorithm = algorithm;
    this.backend = backend;
    this.#handle = new OwnedHandle('key', handle, () => backend.releasePrivate(handle));
  }

  /** The private key's 32 bytes, to be stored in a safe place. */
  export(): Buffer {
    const output = Buffer.allocUnsafeSlow(privateKeyBytes);
    this.backend.exportPrivate(this.live(), output);
    return output;
  }

  /** The public key: 32 bytes, or the uncompressed point of 65 for P-256. */
  publicBytes(): Buffer {
    const output = Buffer.alloc(publicKeyBytes[this.algorithm]);
    this.backend.publicOf(this.live(), output);
    return output;
  }

  /** The public key as a JWK. */
  publicJwk(): JsonWebKey {
    return publicJwk(this.algorithm, this.publicBytes());
  }

  /** The public key as PEM (SPKI). */
  publicPem(): string {
    return publicPem(this.algorithm, this.publicBytes());
  }

  /** Zeroises the key. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal */
  protected live(): PrivateHandle {
    return this.#handle.live();
  }
}

/**
 * A key that signs: Ed25519 (RFC 8032), or ECDSA on P-256 with SHA-256 (FIPS 186-5). Signatures have 64
 * bytes: R ‖ S, or r ‖ s as in JWS; {@link ecdsaToDer} makes DER of the latter.
 */
export class SigningKey extends PrivateKey {
  declare readonly algorithm: SignAlgorithm;

  /** A new random key. Default: Ed25519. */
  static generate(algorithm: SignAlgorithm = 'ed25519'): SigningKey {
    const backend = activeBackend();
    return new SigningKey(backend.sign, algorithm, generated(backend, algorithm));
  }

  /** @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for what is no private key of the algorithm. */
  static import(algorithm: SignAlgorithm, key: PrivateKeyInput): SigningKey {
    return SigningKey.importInto(activeBackend(), algorithm, key);
  }

  /** @internal The same, in a back end of the caller's choice. */
  static importInto(backend: Backend, algorithm: SignAlgorithm, key: PrivateKeyInput): SigningKey {
    checkWord<KeyPairAlgorithm>(algorithm, 'algorithm', ['ed25519', 'ecdsa-p256']);
    return new SigningKey(backend.sign, algorithm, imported(backend, algorithm, key));
  }

  /**
   * The signature of 64 bytes. Ed25519 signs the same message the same way; ECDSA differs each time on the
   * native back end.
   *
   * @param message Bytes, or text as UTF-8; hashed here.
   * @throws {WolfsecError} `WOLFSEC_DISPOSED`; `WOLFSEC_INVALID_ARGUMENT`.
   */
  sign(message: Input): Buffer {
    const output = resultBuffer(signatureBytes);
    this.backend.sign(this.live(), inputBytes(message, 'message'), output);
    return output;
  }

  /** The key that verifies what this one signs. */
  verifyingKey(): VerifyingKey {
    return VerifyingKey.import(this.algorithm, this.publicBytes());
  }
}

/** A key for X25519 key agreement (RFC 7748). */
export class AgreementKey extends PrivateKey {
  /** A new random key. */
  static generate(): AgreementKey {
    const backend = activeBackend();
    return new AgreementKey(backend.sign, 'x25519', generated(backend, 'x25519'));
  }

  /** @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for what is no X25519 private key. */
  static import(key: PrivateKeyInput): AgreementKey {
    return AgreementKey.importInto(activeBackend(), key);
  }

  /** @internal The same, in a back end of the caller's choice. */
  static importInto(backend: Backend, key: PrivateKeyInput): AgreementKey {
    return new AgreementKey(backend.sign, 'x25519', imported(backend, 'x25519', key));
  }

  /**
   * The 32 bytes shared with the owner of `peer`, a public key of 32 bytes. They are no key yet: put them,
   * and both public keys, through `hkdf`.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` where `peer` is no key or would make the secret zero.
   */
  agree(peer: Uint8Array): Buffer {
    const output = Buffer.allocUnsafeSlow(32);
    if (!this.backend.agree(this.live(), inputBytes(peer, 'peer'), output)) {
      throw new WolfsecError('WOLFSEC_INVALID_KEY', 'peer is no X25519 public key that leads to a secret');
    }
    return output;
  }
}

function generated(backend: Backend, algorithm: KeyPairAlgorithm): PrivateHandle {
  checkWord(algorithm, 'algorithm', keyPairAlgorithms);
  for (;;) {
    const bytes = randomBytes(privateKeyBytes);
    const handle = backend.sign.importPrivate(algorithm, bytes);
    bytes.fill(0);
    // P-256 refuses about one in 2³² random numbers.
    if (handle !== undefined) return handle;
  }
}

function imported(backend: Backend, algorithm: KeyPairAlgorithm, key: PrivateKeyInput): PrivateHandle {
  const bytes = key instanceof Uint8Array ? key : privateBytes(algorithm, key);
  try {
    const handle =
      bytes.length === privateKeyBytes ? backend.sign.importPrivate(algorithm, bytes) : undefined;
    if (handle === undefined) {
      throw new WolfsecError(
        'WOLFSEC_INVALID_KEY',
        `key must be a private key of ${algorithm}: 32 bytes, PEM or JWK`,
      );
    }
    return handle;
  } finally {
    if (bytes !== key) bytes.fill(0);
  }
}
