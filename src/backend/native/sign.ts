import {
  keyPairAlgorithms,
  type PrivateHandle,
  type PublicHandle,
  type SignBackend,
} from '../contract/sign.ts';
import { made } from './error.ts';

type Bytes = Uint8Array;

/** The addon's functions of this area. Handles are numbers there, -1 for bytes that are no key. */
export interface SignAddon {
  signImportPrivate(algorithm: number, key: Bytes): number;
  signExportPrivate(key: PrivateHandle, output: Bytes): void;
  signPublicOf(key: PrivateHandle, output: Bytes): void;
  signSign(key: PrivateHandle, message: Bytes, output: Bytes): void;
  signAgree(key: PrivateHandle, peer: Bytes, output: Bytes): boolean;
  signReleasePrivate(key: PrivateHandle): void;
  signImportPublic(algorithm: number, key: Bytes): number;
  signVerify(key: PublicHandle, message: Bytes, signature: Bytes): boolean;
  signVerifyMany(
    keys: Uint32Array,
    data: Bytes,
    offsets: Uint32Array,
    signatures: Bytes,
    output: Bytes,
  ): void;
  signReleasePublic(key: PublicHandle): void;
}

const handle = <T>(given: number) => (given < 0 ? undefined : (given as unknown as T));

export const nativeSign = (addon: SignAddon): SignBackend => ({
  importPrivate: (algorithm, key) =>
    handle<PrivateHandle>(made(() => addon.signImportPrivate(keyPairAlgorithms.indexOf(algorithm), key))),
  exportPrivate: addon.signExportPrivate,
  publicOf: addon.signPublicOf,
  sign: addon.signSign,
  agree: addon.signAgree,
  releasePrivate: addon.signReleasePrivate,
  importPublic: (algorithm, key) =>
    handle<PublicHandle>(made(() => addon.signImportPublic(keyPairAlgorithms.indexOf(algorithm), key))),
  verify: addon.signVerify,
  verifyMany: (keys, data, offsets, signatures, output) =>
    addon.signVerifyMany(
      Uint32Array.from(keys as unknown as readonly number[]),
      data,
      offsets,
      signatures,
      output,
    ),
  releasePublic: addon.signReleasePublic,
});
