import {
  type HashBackend,
  type HashHandle,
  hashAlgorithms,
  type MacBackend,
  type MacHandle,
  macAlgorithms,
} from '../contract/hash.ts';
import { made } from './error.ts';

type Bytes = Uint8Array;

/** The addon's functions of this area. Handles are numbers there. */
export interface HashAddon {
  hashDigest(algorithm: number, data: Bytes, output: Bytes): void;
  hashDigestMany(algorithm: number, data: Bytes, offsets: Uint32Array, output: Bytes): void;
  hashStart(algorithm: number): HashHandle;
  hashUpdate(hash: HashHandle, data: Bytes): void;
  hashFinish(hash: HashHandle, output: Bytes): void;
  hashRelease(hash: HashHandle): void;
  macImport(algorithm: number, key: Bytes): MacHandle;
  macSign(key: MacHandle, data: Bytes, output: Bytes): void;
  macSignMany(key: MacHandle, data: Bytes, offsets: Uint32Array, output: Bytes): void;
  macVerify(key: MacHandle, data: Bytes, tag: Bytes): boolean;
  macStart(key: MacHandle): MacHandle;
  macUpdate(message: MacHandle, data: Bytes): void;
  macFinish(message: MacHandle, output: Bytes): void;
  macRelease(handle: MacHandle): void;
}

/** As in `nativeAead`, what may be called for each message is taken off the addon once. */
export function nativeHash(addon: HashAddon): HashBackend {
  const { hashDigest, hashDigestMany, hashStart } = addon;
  return {
    digest: (algorithm, data, output) => hashDigest(hashAlgorithms.indexOf(algorithm), data, output),
    digestMany: (algorithm, data, offsets, output) =>
      hashDigestMany(hashAlgorithms.indexOf(algorithm), data, offsets, output),
    start: (algorithm) => made(() => hashStart(hashAlgorithms.indexOf(algorithm))),
    update: addon.hashUpdate,
    finish: addon.hashFinish,
    release: addon.hashRelease,
  };
}

export const nativeMac = (addon: HashAddon): MacBackend => ({
  importKey: (algorithm, key) => made(() => addon.macImport(macAlgorithms.indexOf(algorithm), key)),
  sign: addon.macSign,
  signMany: addon.macSignMany,
  verify: addon.macVerify,
  start: (key) => made(() => addon.macStart(key)),
  update: addon.macUpdate,
  finish: addon.macFinish,
  release: addon.macRelease,
});
