import { blake3 } from '@noble/hashes/blake3.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import type {
  HashAlgorithm,
  HashBackend,
  HashHandle,
  MacAlgorithm,
  MacBackend,
  MacHandle,
} from '../contract/hash.ts';
import { portableCompare } from './compare.ts';

/** The part of a noble hash in progress that is used here. */
interface Running {
  update(data: Uint8Array): unknown;
  digest(): Uint8Array;
  clone(): Running;
  destroy(): void;
}

const hashes = { sha256, sha384, sha512, 'sha3-256': sha3_256, blake3 } as const;

const running = (handle: HashHandle | MacHandle) => handle as unknown as Running;

function finish(handle: HashHandle | MacHandle, output: Uint8Array): void {
  // noble's `digest` ends a hash: a clone is ended in its place.
  output.set(running(handle).clone().digest());
}

function many(
  one: (data: Uint8Array) => Uint8Array,
  data: Uint8Array,
  offsets: Uint32Array,
  output: Uint8Array,
): void {
  let at = 0;
  for (let i = 1; i < offsets.length; i++) {
    const result = one(data.subarray(offsets[i - 1], offsets[i]));
    output.set(result, at);
    at += result.length;
  }
}

export const portableHash: HashBackend = {
  digest: (algorithm, data, output) => output.set(hashes[algorithm](data)),
  digestMany: (algorithm, data, offsets, output) =>
    many((message) => hashes[algorithm](message), data, offsets, output),
  start: (algorithm: HashAlgorithm) => hashes[algorithm].create() as unknown as HashHandle,
  update: (hash, data) => {
    running(hash).update(data);
  },
  finish,
  release: (hash) => running(hash).destroy(),
};

const macTag = (key: MacHandle, data: Uint8Array): Uint8Array => {
  const message = running(key).clone();
  message.update(data);
  const tag = message.digest();
  message.destroy();
  return tag;
};

function keyed(algorithm: MacAlgorithm, key: Uint8Array): Running {
  if (algorithm === 'blake3') return blake3.create({ key: Uint8Array.from(key) });
  return hmac.create(hashes[algorithm.slice('hmac-'.length) as 'sha256' | 'sha384' | 'sha512'], key);
}

export const portableMac: MacBackend = {
  importKey: (algorithm, key) => keyed(algorithm, key) as unknown as MacHandle,
  sign: (key, data, output) => output.set(macTag(key, data)),
  signMany: (key, data, offsets, output) => many((message) => macTag(key, message), data, offsets, output),
  verify: (key, data, tag) => portableCompare.constantTimeEqual(macTag(key, data), tag),
  start: (key) => running(key).clone() as unknown as MacHandle,
  update: (message, data) => {
    running(message).update(data);
  },
  finish,
  release: (handle) => running(handle).destroy(),
};
