/** The hashes under HKDF and PBKDF2, in the order of their numbers at the boundary. */
export const prfAlgorithms = ['sha256', 'sha384', 'sha512'] as const;
/** The hash within HKDF and PBKDF2. */
export type PrfAlgorithm = (typeof prfAlgorithms)[number];

/** The cost of Argon2id. */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly iterations: number;
  readonly lanes: number;
}

/** The cost of scrypt: N = 2^`logN`. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** Derivation of keys, and password hashing. All that returns a promise runs on another thread. */
export interface KdfBackend {
  hkdf(prf: PrfAlgorithm, secret: Uint8Array, salt: Uint8Array, info: Uint8Array, output: Buffer): void;
  blake3(context: string, secret: Uint8Array, output: Buffer): void;
  pbkdf2(
    prf: PrfAlgorithm,
    secret: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Promise<Buffer>;
  scrypt(secret: Uint8Array, salt: Uint8Array, cost: ScryptCost, length: number): Promise<Buffer>;
  argon2id(
    password: Uint8Array,
    salt: Uint8Array,
    pepper: Uint8Array,
    cost: Argon2Cost,
    length: number,
  ): Promise<Buffer>;
  /** `hash` is well formed; `password` is UTF-8. */
  bcryptVerify(password: Uint8Array, hash: string): Promise<boolean>;
}
