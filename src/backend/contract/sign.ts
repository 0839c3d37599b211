/** Key types, in the order of their numbers at the boundary. */
export const keyPairAlgorithms = ['ed25519', 'ecdsa-p256', 'x25519'] as const;
/** What a key pair is for: signatures by Ed25519 or ECDSA on P-256, agreement by X25519. */
export type KeyPairAlgorithm = (typeof keyPairAlgorithms)[number];
/** Those that sign. */
export type SignAlgorithm = Exclude<KeyPairAlgorithm, 'x25519'>;

/** Bytes of every private key, and of every signature. */
export const privateKeyBytes = 32;
export const signatureBytes = 64;
/** Bytes of a public key; P-256 has its point uncompressed. */
export const publicKeyBytes: Readonly<Record<KeyPairAlgorithm, number>> = {
  ed25519: 32,
  'ecdsa-p256': 65,
  x25519: 32,
};

declare const privateBrand: unique symbol;
declare const publicBrand: unique symbol;
export interface PrivateHandle {
  readonly [privateBrand]: true;
}
export interface PublicHandle {
  readonly [publicBrand]: true;
}

/** Signatures and key agreement. Signatures are 64 bytes: R ‖ S, or r ‖ s. */
export interface SignBackend {
  /** `undefined` where the bytes are no private key. */
  importPrivate(algorithm: KeyPairAlgorithm, key: Uint8Array): PrivateHandle | undefined;
  exportPrivate(key: PrivateHandle, output: Uint8Array): void;
  publicOf(key: PrivateHandle, output: Uint8Array): void;
  sign(key: PrivateHandle, message: Uint8Array, output: Uint8Array): void;
  /** Whether there is a shared secret: `peer` may be a point that leads to none. */
  agree(key: PrivateHandle, peer: Uint8Array, output: Uint8Array): boolean;
  releasePrivate(key: PrivateHandle): void;
  /** `undefined` where the bytes are no public key, or one of small order. */
  importPublic(algorithm: SignAlgorithm, key: Uint8Array): PublicHandle | undefined;
  verify(key: PublicHandle, message: Uint8Array, signature: Uint8Array): boolean;
  /** Writes 1 for each valid signature, 0 for others. */
  verifyMany(
    keys: readonly PublicHandle[],
    data: Uint8Array,
    offsets: Uint32Array,
    signatures: Uint8Array,
    output: Uint8Array,
  ): void;
  releasePublic(key: PublicHandle): void;
}
