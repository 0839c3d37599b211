/**
 * Fixed pieces of work that are timed next to every slice. They depend on the machine and on what
 * else it is doing, never on Wolfsec, so they tell a slower machine from slower code.
 */
export const referenceNames = ['arithmetic', 'memory', 'allocation'] as const;
export type ReferenceName = (typeof referenceNames)[number];

const walk = randomCycle(1 << 17);

export const references: Readonly<Record<ReferenceName, () => unknown>> = {
  arithmetic() {
    let hash = 0x811c9dc5;
    for (let i = 0; i < 8000; i++) hash = Math.imul(hash ^ (i & 0xff), 0x01000193);
    return hash;
  },
  memory() {
    let at = 0;
    for (let i = 0; i < 2000; i++) at = walk[at] as number;
    return at;
  },
  allocation() {
    const made: { id: number; name: string }[] = [];
    for (let i = 0; i < 200; i++) made.push({ id: i, name: `n${i & 15}` });
    return made.length;
  },
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
