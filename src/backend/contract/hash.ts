/** The hash functions, in the order of their numbers at the boundary. */
export const hashAlgorithms = ['sha256', 'sha384', 'sha512', 'sha3-256', 'blake3'] as const;
/** A hash function. */
export type HashAlgorithm = (typeof hashAlgorithms)[number];

/** The authentication codes, in the order of their numbers at the boundary. */
export const macAlgorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'blake3'] as const;
/** A message authentication code. */
export type MacAlgorithm = (typeof macAlgorithms)[number];

/** Bytes of a digest. */
export const digestBytes: Readonly<Record<HashAlgorithm, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha3-256': 32,
  blake3: 32,
};

/** Bytes of a tag. */
export const macBytes: Readonly<Record<MacAlgorithm, number>> = {
  'hmac-sha256': 32,
  'hmac-sha384': 48,
  'hmac-sha512': 64,
  blake3: 32,
};

declare const hashBrand: unique symbol;
declare const macBrand: unique symbol;
/** A hash in progress inside a back end. */
export interface HashHandle {
  readonly [hashBrand]: true;
}
/** A key, or a message in progress under one, inside a back end. */
export interface MacHandle {
  readonly [macBrand]: true;
}

/** Digests. Outputs have the digest's length. */
export interface HashBackend {
  digest(algorithm: HashAlgorithm, data: Uint8Array, output: Uint8Array): void;
  /** One digest behind the other of the messages between neighbouring `offsets`. */
  digestMany(algorithm: HashAlgorithm, data: Uint8Array, offsets: Uint32Array, output: Uint8Array): void;
  start(algorithm: HashAlgorithm): HashHandle;
  update(hash: HashHandle, data: Uint8Array): void;
  /** The digest so far; the hash may go on. */
  finish(hash: HashHandle, output: Uint8Array): void;
  release(hash: HashHandle): void;
}

/** Message authentication. */
export interface MacBackend {
  importKey(algorithm: MacAlgorithm, key: Uint8Array): MacHandle;
  sign(key: MacHandle, data: Uint8Array, output: Uint8Array): void;
  signMany(key: MacHandle, data: Uint8Array, offsets: Uint32Array, output: Uint8Array): void;
  /** Constant time for tags of the right length. */
  verify(key: MacHandle, data: Uint8Array, tag: Uint8Array): boolean;
  /** A message in pieces under the key. */
  start(key: MacHandle): MacHandle;
  update(message: MacHandle, data: Uint8Array): void;
  finish(message: MacHandle, output: Uint8Array): void;
  release(handle: MacHandle): void;
}
