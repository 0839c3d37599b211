import { type AeadBackend, type AeadHandle, AeadStatus, aeadAlgorithms } from '../contract/aead.ts';
import { settled } from './task.ts';

type Bytes = Uint8Array;
type Aad = Uint8Array | undefined;

/** The addon's functions of this area. Keys are numbers there. */
export interface AeadAddon {
  aeadImport(algorithm: number, key: Bytes, fixed: Bytes, next: number, last: number): AeadHandle;
  aeadExport(key: AeadHandle, output: Bytes): void;
  aeadRelease(key: AeadHandle): void;
  aeadLeft(key: AeadHandle): number;
  aeadSeal(key: AeadHandle, plaintext: Bytes, aad: Aad, output: Bytes): AeadStatus;
  aeadSealAt(key: AeadHandle, counter: number, plaintext: Bytes, aad: Aad, output: Bytes): AeadStatus;
  aeadSealWith(key: AeadHandle, nonce: Bytes, plaintext: Bytes, aad: Aad, output: Bytes): AeadStatus;
  aeadSealInPlace(key: AeadHandle, buffer: Bytes, aad: Aad): AeadStatus;
  aeadOpen(key: AeadHandle, sealed: Bytes, aad: Aad, output: Bytes): AeadStatus;
  aeadOpenWith(key: AeadHandle, nonce: Bytes, sealed: Bytes, aad: Aad, output: Bytes): AeadStatus;
  aeadOpenInPlace(key: AeadHandle, sealed: Bytes, aad: Aad): AeadStatus;
  aeadSealBatch(key: AeadHandle, data: Bytes, offsets: Uint32Array, aad: Aad, output: Bytes): AeadStatus;
  aeadOpenBatch(key: AeadHandle, data: Bytes, offsets: Uint32Array, aad: Aad, output: Bytes): number;
  aeadSealOffThread(key: AeadHandle, plaintext: Bytes, aad: Bytes): Promise<Buffer>;
  aeadOpenOffThread(key: AeadHandle, sealed: Bytes, aad: Bytes): Promise<Buffer>;
}

const none = new Uint8Array(0);

export const nativeAead = (addon: AeadAddon): AeadBackend => ({
  importKey: (algorithm, key, nonces) =>
    nonces.kind === 'random'
      ? addon.aeadImport(aeadAlgorithms.indexOf(algorithm), key, none, 0, nonces.messages)
      : addon.aeadImport(aeadAlgorithms.indexOf(algorithm), key, nonces.fixed, nonces.next, nonces.last),
  exportKey: addon.aeadExport,
  releaseKey: addon.aeadRelease,
  left: addon.aeadLeft,
  seal: addon.aeadSeal,
  sealAt: addon.aeadSealAt,
  open: addon.aeadOpen,
  sealInPlace: addon.aeadSealInPlace,
  openInPlace: addon.aeadOpenInPlace,
  sealWith: addon.aeadSealWith,
  openWith: addon.aeadOpenWith,
  sealBatch: addon.aeadSealBatch,
  openBatch: addon.aeadOpenBatch,
  sealOffThread: (key, plaintext, aad) =>
    settled(addon.aeadSealOffThread(key, plaintext, aad ?? none), AeadStatus.exhausted, AeadStatus.reused),
  openOffThread: (key, sealed, aad) =>
    settled(addon.aeadOpenOffThread(key, sealed, aad ?? none), AeadStatus.failed),
});
