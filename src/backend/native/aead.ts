import { type AeadBackend, type AeadHandle, aeadAlgorithms } from '../contract/aead.ts';
import { type AeadThreadAddon, type Ended, openOffThread, sealOffThread, told } from './aead-thread.ts';
import { made } from './error.ts';

type Bytes = Uint8Array;

/** The addon's functions of this area. Keys are numbers there; `aad` stands last so that it may be left out. */
export interface AeadAddon extends AeadThreadAddon {
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
}

const none = new Uint8Array(0);

/** The functions of each call are taken off the addon once: it has so many that looking one up takes 4 ns. */
export function nativeAead(addon: AeadAddon): AeadBackend {
  const { aeadSeal, aeadSealAt, aeadOpen, aeadSealInPlace, aeadOpenInPlace, aeadSealWith, aeadOpenWith } =
    addon;
  return {
    importKey: (algorithm, key, nonces) =>
      made(() =>
        nonces.kind === 'random'
          ? addon.aeadImport(aeadAlgorithms.indexOf(algorithm), key, none, 0, nonces.messages)
          : addon.aeadImport(aeadAlgorithms.indexOf(algorithm), key, nonces.fixed, nonces.next, nonces.last),
      ),
    exportKey: addon.aeadExport,
    releaseKey: addon.aeadRelease,
    left: addon.aeadLeft,
    seal: (key, plaintext, aad, output) =>
      told(aad ? aeadSeal(key, plaintext, output, aad) : aeadSeal(key, plaintext, output)),
    sealAt: (key, counter, plaintext, aad, output) =>
      told(aeadSealAt(key, counter, plaintext, output, aad ?? none)),
    open: (key, sealed, aad, output) =>
      told(aad ? aeadOpen(key, sealed, output, aad) : aeadOpen(key, sealed, output)),
    sealInPlace: (key, buffer, aad) =>
      told(aad ? aeadSealInPlace(key, buffer, aad) : aeadSealInPlace(key, buffer)),
    openInPlace: (key, sealed, aad) =>
      told(aad ? aeadOpenInPlace(key, sealed, aad) : aeadOpenInPlace(key, sealed)),
    sealWith: (key, nonce, plaintext, aad, output) =>
      aeadSealWith(key, nonce, plaintext, output, aad ?? none),
    openWith: (key, nonce, sealed, aad, output) =>
      told(aeadOpenWith(key, nonce, sealed, output, aad ?? none)),
    sealBatch: (key, data, offsets, aad, output) =>
      told(addon.aeadSealBatch(key, data, offsets, output, aad ?? none)),
    openBatch: (key, data, offsets, aad, output) =>
      addon.aeadOpenBatch(key, data, offsets, output, aad ?? none),
    sealOffThread: (key, plaintext, aad = none) => sealOffThread(addon, key, plaintext, aad),
    openOffThread: (key, sealed, aad = none) => openOffThread(addon, key, sealed, aad),
  };
}
