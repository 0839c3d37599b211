/** The ciphers, in the order of their numbers at the boundary. */
export const aeadAlgorithms = [
  'aes-256-gcm',
  'aes-256-gcm-siv',
  'chacha20-poly1305',
  'xchacha20-poly1305',
] as const;

/** A cipher for authenticated encryption with associated data. */
export type AeadAlgorithm = (typeof aeadAlgorithms)[number];

/** Bytes of a key, and of a tag, of every cipher. */
export const aeadKeyBytes = 32;
export const aeadTagBytes = 16;

/** Bytes of a nonce. */
export function aeadNonceBytes(algorithm: AeadAlgorithm): number {
  return algorithm === 'xchacha20-poly1305' ? 24 : 12;
}

/** Where the nonces of a key come from. */
export type AeadNonces =
  | { readonly kind: 'random'; readonly messages: number }
  | { readonly kind: 'counter'; readonly fixed: Uint8Array; readonly next: number; readonly last: number };

/** How a call ended; only `done` leaves something in the output. */
export const AeadStatus = { done: 0, exhausted: 1, reused: 2, failed: 3 } as const;
export type AeadStatus = (typeof AeadStatus)[keyof typeof AeadStatus];

declare const keyBrand: unique symbol;
/** A key inside a back end. */
export interface AeadHandle {
  readonly [keyBrand]: true;
}

/**
 * Authenticated encryption. A sealed message is nonce ‖ ciphertext ‖ tag. Outputs have exactly the
 * right length and overlap no input. A handle is used until it is released, never after.
 */
export interface AeadBackend {
  importKey(algorithm: AeadAlgorithm, key: Uint8Array, nonces: AeadNonces): AeadHandle;
  exportKey(key: AeadHandle, output: Uint8Array): void;
  /** Zeroises the key. */
  releaseKey(key: AeadHandle): void;
  /** Messages, or counters, that the key may still seal. */
  left(key: AeadHandle): number;
  seal(key: AeadHandle, plaintext: Uint8Array, aad: Uint8Array | undefined, output: Uint8Array): AeadStatus;
  /** Seals under a counter of the caller's, which may skip, never go back. */
  sealAt(
    key: AeadHandle,
    counter: number,
    plaintext: Uint8Array,
    aad: Uint8Array | undefined,
    output: Uint8Array,
  ): AeadStatus;
  open(key: AeadHandle, sealed: Uint8Array, aad: Uint8Array | undefined, output: Uint8Array): AeadStatus;
  /** `buffer` holds room for the nonce, the plaintext, and room for the tag. */
  sealInPlace(key: AeadHandle, buffer: Uint8Array, aad: Uint8Array | undefined): AeadStatus;
  /** Leaves the plaintext behind the nonce; zeroes all of it on failure. */
  openInPlace(key: AeadHandle, sealed: Uint8Array, aad: Uint8Array | undefined): AeadStatus;
  /**
   * Ciphertext ‖ tag under a nonce of the caller's, outside the budget: for constructions that derive
   * their nonces, and for comparing back ends. Never reached from the public API with a caller's nonce.
   */
  sealWith(
    key: AeadHandle,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    aad: Uint8Array | undefined,
    output: Uint8Array,
  ): void;
  openWith(
    key: AeadHandle,
    nonce: Uint8Array,
    sealed: Uint8Array,
    aad: Uint8Array | undefined,
    output: Uint8Array,
  ): AeadStatus;
  /** Messages lie in `data` between neighbouring `offsets`; outputs follow one another. */
  sealBatch(
    key: AeadHandle,
    data: Uint8Array,
    offsets: Uint32Array,
    aad: Uint8Array | undefined,
    output: Uint8Array,
  ): AeadStatus;
  /** The number of messages opened before one failed; `output` is zeroed where one did. */
  openBatch(
    key: AeadHandle,
    data: Uint8Array,
    offsets: Uint32Array,
    aad: Uint8Array | undefined,
    output: Uint8Array,
  ): number;
  /**
   * On another thread; the inputs must not change meanwhile. One that is detached or shrunk does no harm: it is
   * refused, or was read before. The key may be released meanwhile.
   */
  sealOffThread(
    key: AeadHandle,
    plaintext: Uint8Array,
    aad: Uint8Array | undefined,
  ): Promise<Buffer | AeadStatus>;
  openOffThread(
    key: AeadHandle,
    sealed: Uint8Array,
    aad: Uint8Array | undefined,
  ): Promise<Buffer | AeadStatus>;
}
