import { randomFillSync } from 'node:crypto';
import {
  type AeadAlgorithm,
  type AeadBackend,
  type AeadHandle,
  type AeadNonces,
  AeadStatus,
  aeadNonceBytes,
  aeadTagBytes,
} from '../contract/aead.ts';
import { ciphers } from './ciphers.ts';
import { offThread } from './off-thread.ts';

interface Key {
  readonly algorithm: AeadAlgorithm;
  readonly nonceBytes: number;
  readonly bytes: Uint8Array;
  readonly nonces: AeadNonces;
  /** Random: messages sealed. Counter: the next one. */
  at: number;
}

const inside = (key: AeadHandle) => key as unknown as Key;

function seal(key: Key, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array | undefined) {
  return ciphers[key.algorithm](key.bytes, nonce, aad).encrypt(plaintext);
}

function open(key: Key, sealed: Uint8Array, aad: Uint8Array | undefined, nonce?: Uint8Array) {
  const used = nonce ?? sealed.subarray(0, key.nonceBytes);
  const rest = nonce ? sealed : sealed.subarray(key.nonceBytes);
  if (used.length !== key.nonceBytes || rest.length < aeadTagBytes) return undefined;
  try {
    return ciphers[key.algorithm](key.bytes, used, aad).decrypt(rest);
  } catch {
    // The lengths fit, so that the tag is what does not.
    return undefined;
  }
}

function left({ nonces, at }: Key): number {
  return nonces.kind === 'random' ? nonces.messages - at : nonces.last + 1 - at;
}

/** Writes the next nonce. */
function nextNonce(key: Key, nonce: Uint8Array): AeadStatus {
  if (key.nonces.kind === 'counter') return nonceAt(key, key.at, nonce);
  if (left(key) < 1) return AeadStatus.exhausted;
  key.at++;
  randomFillSync(nonce);
  return AeadStatus.done;
}

function nonceAt(key: Key, counter: number, nonce: Uint8Array): AeadStatus {
  if (key.nonces.kind !== 'counter' || counter < key.at) return AeadStatus.reused;
  if (counter > key.nonces.last) return AeadStatus.exhausted;
  key.at = counter + 1;
  nonce.set(key.nonces.fixed);
  new DataView(nonce.buffer, nonce.byteOffset).setBigUint64(4, BigInt(counter));
  return AeadStatus.done;
}

function sealAfter(
  key: Key,
  status: AeadStatus,
  plaintext: Uint8Array,
  aad: Uint8Array | undefined,
  output: Uint8Array,
): AeadStatus {
  if (status === AeadStatus.done) {
    output.set(seal(key, output.subarray(0, key.nonceBytes), plaintext, aad), key.nonceBytes);
  }
  return status;
}

/** Ends `open`: the plaintext goes out and its copy is wiped, or the output is. */
function release(plaintext: Uint8Array | undefined, output: Uint8Array): AeadStatus {
  if (!plaintext) {
    output.fill(0);
    return AeadStatus.failed;
  }
  output.set(plaintext);
  plaintext.fill(0);
  return AeadStatus.done;
}

export const portableAead: AeadBackend = {
  importKey: (algorithm, bytes, nonces) => {
    const key: Key = {
      algorithm,
      nonceBytes: aeadNonceBytes(algorithm),
      bytes: Uint8Array.from(bytes),
      nonces,
      at: nonces.kind === 'counter' ? nonces.next : 0,
    };
    return key as unknown as AeadHandle;
  },
  exportKey: (key, output) => output.set(inside(key).bytes),
  releaseKey: (key) => {
    inside(key).bytes.fill(0);
  },
  left: (key) => left(inside(key)),
  seal(handle, plaintext, aad, output) {
    const key = inside(handle);
    return sealAfter(key, nextNonce(key, output.subarray(0, key.nonceBytes)), plaintext, aad, output);
  },
  sealAt(handle, counter, plaintext, aad, output) {
    const key = inside(handle);
    const status = nonceAt(key, counter, output.subarray(0, key.nonceBytes));
    return sealAfter(key, status, plaintext, aad, output);
  },
  open: (key, sealed, aad, output) => release(open(inside(key), sealed, aad), output),
  sealInPlace(handle, buffer, aad) {
    const key = inside(handle);
    // A copy: the slice of a Buffer would be a view.
    const plaintext = Uint8Array.from(buffer.subarray(key.nonceBytes, buffer.length - aeadTagBytes));
    const status = sealAfter(key, nextNonce(key, buffer.subarray(0, key.nonceBytes)), plaintext, aad, buffer);
    plaintext.fill(0);
    return status;
  },
  openInPlace(handle, sealed, aad) {
    const key = inside(handle);
    const plaintext = open(key, sealed, aad);
    const end = sealed.length - aeadTagBytes;
    return release(
      plaintext,
      plaintext ? sealed.subarray(key.nonceBytes, end) : sealed.subarray(key.nonceBytes),
    );
  },
  sealWith: (key, nonce, plaintext, aad, output) => output.set(seal(inside(key), nonce, plaintext, aad)),
  openWith: (key, nonce, sealed, aad, output) => release(open(inside(key), sealed, aad, nonce), output),
  sealBatch(handle, data, offsets, aad, output) {
    const key = inside(handle);
    if (left(key) < offsets.length - 1) return AeadStatus.exhausted;
    let at = 0;
    for (let i = 1; i < offsets.length; i++) {
      const plaintext = data.subarray(offsets[i - 1], offsets[i]);
      const end = at + key.nonceBytes + plaintext.length + aeadTagBytes;
      const room = output.subarray(at, end);
      sealAfter(key, nextNonce(key, room.subarray(0, key.nonceBytes)), plaintext, aad, room);
      at = end;
    }
    return AeadStatus.done;
  },
  openBatch(handle, data, offsets, aad, output) {
    const key = inside(handle);
    let at = 0;
    for (let i = 1; i < offsets.length; i++) {
      const plaintext = open(key, data.subarray(offsets[i - 1], offsets[i]), aad);
      if (!plaintext) {
        output.fill(0);
        return i - 1;
      }
      output.set(plaintext, at);
      at += plaintext.length;
      plaintext.fill(0);
    }
    return offsets.length - 1;
  },
  async sealOffThread(handle, plaintext, aad) {
    const key = inside(handle);
    const nonce = new Uint8Array(key.nonceBytes);
    const status = nextNonce(key, nonce);
    if (status !== AeadStatus.done) return status;
    const { algorithm, bytes } = key;
    const sealed = await offThread('seal', { algorithm, key: bytes, nonce, data: plaintext, aad });
    return Buffer.concat([nonce, sealed as Uint8Array]);
  },
  async openOffThread(handle, sealed, aad) {
    const { algorithm, bytes, nonceBytes } = inside(handle);
    const nonce = sealed.slice(0, nonceBytes);
    const data = sealed.subarray(nonceBytes);
    const plaintext = await offThread('open', { algorithm, key: bytes, nonce, data, aad });
    return plaintext === undefined ? AeadStatus.failed : asBuffer(plaintext);
  },
};

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
