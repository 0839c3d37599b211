import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * Fixed pieces of work that are timed next to every slice. They depend on the machine and on what
 * else it is doing, never on Wolfsec, so they tell a slower machine from slower code. Load slows
 * each by its own amount: a neighbour on the same core takes execution ports from `throughput` and
 * leaves the chain of `arithmetic` alone.
 */
export const referenceNames = ['arithmetic', 'throughput', 'memory', 'allocation', 'thread'] as const;
export type ReferenceName = (typeof referenceNames)[number];

export interface Reference {
  readonly work: () => unknown;
  /** Timings in one slice. */
  readonly samples: number;
  /** Awaited: only for groups with asynchronous cases, which wait for other threads too. */
  readonly async: boolean;
}

const walk = randomCycle(1 << 17);
const bytes = Uint8Array.from({ length: 8192 }, (_, i) => i * 31);
const text = JSON.stringify({ id: 17, tags: ['a', 'b', 'c'], host: { name: 'db-1', ip: '192.0.2.7' } });
const derive = promisify(pbkdf2);

export const references: Readonly<Record<ReferenceName, Reference>> = {
  arithmetic: {
    async: false,
    samples: 40,
    work() {
      let hash = 0x811c9dc5;
      for (let i = 0; i < 8000; i++) hash = Math.imul(hash ^ (i & 0xff), 0x01000193);
      return hash;
    },
  },
  throughput: {
    async: false,
    samples: 40,
    work() {
      let difference = 0;
      for (let i = 0; i < 8192; i++) difference |= (bytes[i] as number) ^ (bytes[8191 - i] as number);
      return difference;
    },
  },
  memory: {
    async: false,
    samples: 40,
    work() {
      let at = 0;
      for (let i = 0; i < 2000; i++) at = walk[at] as number;
      return at;
    },
  },
  allocation: {
    async: false,
    samples: 40,
    work() {
      let length = 0;
      for (let i = 0; i < 8; i++) length += JSON.stringify(JSON.parse(text)).length;
      return length;
    },
  },
  thread: { async: true, samples: 10, work: () => derive('word', 'salt', 200, 32, 'sha256') },
};

/** A random cycle through `length` slots (512 kB of them): each read waits for the one before. */
function randomCycle(length: number): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  let seed = 42;
  for (let i = length - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  const next = new Int32Array(length);
  for (let i = 0; i < length; i++) next[order[i] as number] = order[(i + 1) % length] as number;
  return next;
}
