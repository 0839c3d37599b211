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

/** Ciphertext and tag into `output`. */
function seal(
  key: Key,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array | undefined,
  output: Uint8Array,
): void {
  const writer = writerFor(key, nonce, aad, output);
  if (writer) writer.encrypt(plaintext, output);
  else output.set(ciphers[key.algorithm](key.bytes, nonce, aad).encrypt(plaintext));
}

/** The plaintext into `output`; where the message does not open, zeroes, and `false`. */
function open(
  key: Key,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array | undefined,
  output: Uint8Array,
): boolean {
  if (nonce.length === key.nonceBytes && sealed.length === output.length + aeadTagBytes) {
    try {
      const writer = writerFor(key, nonce, aad, output);
      if (writer) {
        writer.decrypt(sealed, output);
      } else {
        const plaintext = ciphers[key.algorithm](key.bytes, nonce, aad).decrypt(sealed);
        output.set(plaintext);
        plaintext.fill(0);
      }
      return true;
    } catch {
      // The lengths fit, so that the tag is what does not.
    }
  }
  output.fill(0);
  return false;
}

/** The cipher, where it writes into a given place: ChaCha does, and is slow where that does not lie on four bytes. */
function writerFor(
  { algorithm, bytes }: Key,
  nonce: Uint8Array,
  aad: Uint8Array | undefined,
  output: Uint8Array,
) {
  if (output.byteOffset % 4 !== 0) return undefined;
  if (algorithm !== 'chacha20-poly1305' && algorithm !== 'xchacha20-poly1305') return undefined;
  return ciphers[algorithm](bytes, nonce, aad);
}

/** The nonce in front of a sealed message, and the rest. */
function apart(key: Key, sealed: Uint8Array): [nonce: Uint8Array, rest: Uint8Array] {
  return [sealed.subarray(0, key.nonceBytes), sealed.subarray(key.nonceBytes)];
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
    seal(key, output.subarray(0, key.nonceBytes), plaintext, aad, output.subarray(key.nonceBytes));
  }
  return status;
}

const opened = (done: boolean): AeadStatus => (done ? AeadStatus.done : AeadStatus.failed);

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
  open(handle, sealed, aad, output) {
    const key = inside(handle);
    const [nonce, rest] = apart(key, sealed);
    return opened(open(key, nonce, rest, aad, output));
  },
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
    const [nonce, rest] = apart(key, sealed);
    if (rest.length < aeadTagBytes) return AeadStatus.failed;
    // A copy: nothing is opened onto itself.
    const copy = Uint8Array.from(rest);
    const done = open(key, nonce, copy, aad, rest.subarray(0, rest.length - aeadTagBytes));
    if (!done) rest.fill(0);
    return opened(done);
  },
  sealWith: (key, nonce, plaintext, aad, output) => seal(inside(key), nonce, plaintext, aad, output),
  openWith: (key, nonce, sealed, aad, output) => opened(open(inside(key), nonce, sealed, aad, output)),
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
      const [nonce, rest] = apart(key, data.subarray(offsets[i - 1], offsets[i]));
      const end = at + rest.length - aeadTagBytes;
      if (end < at || !open(key, nonce, rest, aad, output.subarray(at, end))) {
        output.fill(0);
        return i - 1;
      }
      at = end;
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
