/** A cache of numbers by byte keys. Keys are packed: key `i` is `ends[i - 1]` to `ends[i]`. */
export interface NumberCache {
  /** Writes each key's value to `values`, NaN where none is fresh; gives the number found. */
  getMany(keys: Uint8Array, ends: Uint32Array, nowMs: number, values: Float64Array): number;
  /** Keeps a value for each key until `expiresMs`. */
  setMany(keys: Uint8Array, ends: Uint32Array, values: Float64Array, expiresMs: number): void;
  clear(): void;
  readonly size: number;
}

export interface BatchCacheBackend {
  /** A cache of at most `capacity` entries. Which makes room is the back end's own affair. */
  create(capacity: number): NumberCache;
}
