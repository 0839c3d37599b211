import { invalidArgument } from '../../errors.ts';
import { type AeadHandle, AeadStatus, aeadTagBytes } from '../contract/aead.ts';
import { made } from './error.ts';
import { settled } from './task.ts';

type Bytes = Uint8Array;

/** No value tells that all went well: the cheapest thing to tell. */
export type Ended = AeadStatus | undefined;

export const told = (ended: Ended): AeadStatus => ended ?? AeadStatus.done;

/** The addon's functions for work on another thread, which is done in place. */
export interface AeadThreadAddon {
  /** Another number for the same key, released for itself. */
  aeadShare(key: AeadHandle): AeadHandle;
  aeadRelease(key: AeadHandle): void;
  aeadOverhead(key: AeadHandle): number;
  /** Takes a nonce out of the budget. */
  aeadNonce(key: AeadHandle, output: Bytes): Ended;
  aeadRoom(length: number): Promise<Buffer>;
  aeadSealOffThread(key: AeadHandle, own: Bytes, aad: Bytes): Promise<boolean>;
  aeadOpenOffThread(key: AeadHandle, own: Bytes, aad: Bytes): Promise<boolean>;
}

/** What is copied in one go: some 100 µs. */
const sliceBytes = 1 << 20;

export async function sealOffThread(
  addon: AeadThreadAddon,
  key: AeadHandle,
  plaintext: Bytes,
  aad: Bytes,
): Promise<Buffer | AeadStatus> {
  const overhead = addon.aeadOverhead(key);
  const nonce = Buffer.alloc(overhead - aeadTagBytes);
  const status = told(addon.aeadNonce(key, nonce));
  if (status !== AeadStatus.done) return status;
  return shared(addon, key, aad, async (held, ownAad) => {
    const own = await copied(addon, plaintext, 'plaintext', nonce.length, overhead);
    own.set(nonce);
    await settled<boolean, never>(addon.aeadSealOffThread(held, own, ownAad));
    return own;
  });
}

export async function openOffThread(
  addon: AeadThreadAddon,
  key: AeadHandle,
  sealed: Bytes,
  aad: Bytes,
): Promise<Buffer | AeadStatus> {
  const overhead = addon.aeadOverhead(key);
  return shared(addon, key, aad, async (held, ownAad) => {
    const own = await copied(addon, sealed, 'sealed', 0, 0);
    const opened = await settled<boolean, never>(addon.aeadOpenOffThread(held, own, ownAad));
    if (!opened) return AeadStatus.failed;
    return own.subarray(overhead - aeadTagBytes, own.length - aeadTagBytes);
  });
}

/** Runs `work` with the key kept beyond its disposal, and a copy of what is authenticated beside. */
async function shared<T>(
  addon: AeadThreadAddon,
  key: AeadHandle,
  aad: Bytes,
  work: (held: AeadHandle, aad: Bytes) => Promise<T>,
): Promise<T> {
  const ownAad = Uint8Array.from(aad);
  const held = made(() => addon.aeadShare(key));
  try {
    return await work(held, ownAad);
  } finally {
    addon.aeadRelease(held);
  }
}

/**
 * A copy of `bytes`, `before` bytes behind the start of `more` bytes of room: the other thread must not read a
 * buffer that can be detached or shrunk. Other events have their turn between slices.
 */
async function copied(
  addon: AeadThreadAddon,
  bytes: Bytes,
  name: string,
  before: number,
  more: number,
): Promise<Buffer> {
  const { length } = bytes;
  const room = length + more;
  const own =
    length > sliceBytes ? await settled<Buffer, never>(addon.aeadRoom(room)) : Buffer.allocUnsafeSlow(room);
  for (let at = 0; at < length; at += sliceBytes) {
    if (at > 0) await new Promise(setImmediate);
    if (bytes.length !== length) {
      own.fill(0);
      throw invalidArgument(name, 'left as it is until the promise settles');
    }
    own.set(bytes.subarray(at, at + sliceBytes), before + at);
  }
  return own;
}
