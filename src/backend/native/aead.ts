import { type AeadBackend, type AeadHandle, AeadStatus, aeadAlgorithms } from '../contract/aead.ts';
import { settled } from './task.ts';

type Bytes = Uint8Array;

/** No value tells that all went well: the cheapest thing to tell. */
type Ended = AeadStatus | undefined;

/** The addon's functions of this area. Keys are numbers there; `aad` stands last so that it may be left out. */
export interface AeadAddon {
  aeadImport(algorithm: number, key: Bytes, fixed: Bytes, next: number, last: number): AeadHandle;
  aeadExport(key: AeadHandle, output: Bytes): void;
  aeadRelease(key: AeadHandle): void;
  aeadLeft(key: AeadHandle): number;
  aeadSeal(key: AeadHandle, plaintext: Bytes, output: Bytes, aad?: Bytes): Ended;
  aeadSealAt(key: AeadHandle, counter: number, plaintext: Bytes, output: Bytes, aad?: Bytes): Ended;
  aeadSealWith(key: AeadHandle, nonce: Bytes, plaintext: Bytes, output: Bytes, aad?: Bytes): void;
  aeadSealInPlace(key: AeadHandle, buffer: Bytes, aad?: Bytes): Ended;
  aeadOpen(key: AeadHandle, sealed: Bytes, output: Bytes, aad?: Bytes): Ended;
  aeadOpenWith(key: AeadHandle, nonce: Bytes, sealed: Bytes, output: Bytes, aad?: Bytes): Ended;
  aeadOpenInPlace(key: AeadHandle, sealed: Bytes, aad?: Bytes): Ended;
  aeadSealBatch(key: AeadHandle, data: Bytes, offsets: Uint32Array, output: Bytes, aad?: Bytes): Ended;
  aeadOpenBatch(key: AeadHandle, data: Bytes, offsets: Uint32Array, output: Bytes, aad?: Bytes): number;
  aeadSealOffThread(key: AeadHandle, plaintext: Bytes, aad: Bytes): Promise<Buffer>;
  aeadOpenOffThread(key: AeadHandle, sealed: Bytes, aad: Bytes): Promise<Buffer>;
}

const none = new Uint8Array(0);
const told = (ended: Ended): AeadStatus => ended ?? AeadStatus.done;

export const nativeAead = (addon: AeadAddon): AeadBackend => ({
  importKey: (algorithm, key, nonces) =>
    nonces.kind === 'random'
      ? addon.aeadImport(aeadAlgorithms.indexOf(algorithm), key, none, 0, nonces.messages)
      : addon.aeadImport(aeadAlgorithms.indexOf(algorithm), key, nonces.fixed, nonces.next, nonces.last),
  exportKey: addon.aeadExport,
  releaseKey: addon.aeadRelease,
  left: addon.aeadLeft,
  seal: (key, plaintext, aad, output) =>
    told(aad ? addon.aeadSeal(key, plaintext, output, aad) : addon.aeadSeal(key, plaintext, output)),
  sealAt: (key, counter, plaintext, aad, output) =>
    told(addon.aeadSealAt(key, counter, plaintext, output, aad ?? none)),
  open: (key, sealed, aad, output) =>
    told(aad ? addon.aeadOpen(key, sealed, output, aad) : addon.aeadOpen(key, sealed, output)),
  sealInPlace: (key, buffer, aad) =>
    told(aad ? addon.aeadSealInPlace(key, buffer, aad) : addon.aeadSealInPlace(key, buffer)),
  openInPlace: (key, sealed, aad) =>
    told(aad ? addon.aeadOpenInPlace(key, sealed, aad) : addon.aeadOpenInPlace(key, sealed)),
  sealWith: (key, nonce, plaintext, aad, output) =>
    addon.aeadSealWith(key, nonce, plaintext, output, aad ?? none),
  openWith: (key, nonce, sealed, aad, output) =>
    told(addon.aeadOpenWith(key, nonce, sealed, output, aad ?? none)),
  sealBatch: (key, data, offsets, aad, output) =>
    told(addon.aeadSealBatch(key, data, offsets, output, aad ?? none)),
  openBatch: (key, data, offsets, aad, output) =>
    addon.aeadOpenBatch(key, data, offsets, output, aad ?? none),
  sealOffThread: (key, plaintext, aad) =>
    settled(addon.aeadSealOffThread(key, plaintext, aad ?? none), AeadStatus.exhausted, AeadStatus.reused),
  openOffThread: (key, sealed, aad) =>
    settled(addon.aeadOpenOffThread(key, sealed, aad ?? none), AeadStatus.failed),
});
