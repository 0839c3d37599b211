import { markAsUntransferable } from 'node:worker_threads';

/** As large as Node's own pool is from version 24 on. */
const poolBytes = 64 * 1024;
/** So that every result begins aligned, whatever a cipher's code likes. */
const alignment = 8;

type View = new (memory: ArrayBuffer, byteOffset: number, length: number) => Buffer;

/**
 * What Node itself makes Buffers with: it makes one in 9 ns where `Buffer.from` and `Buffer.allocUnsafe`, which end
 * there after looking at their arguments, take 20. A runtime without it has the former.
 */
const NodeBuffer = (Buffer as unknown as { [Symbol.species]?: View })[Symbol.species];
const direct =
  NodeBuffer !== undefined && NodeBuffer !== (Buffer as unknown) && NodeBuffer.prototype === Buffer.prototype
    ? NodeBuffer
    : undefined;

let pool: ArrayBuffer | undefined;
let used = poolBytes;

/** A Buffer for a result, not filled. Small ones are cut from a pool, as Node's are, in half the time. */
export function resultBuffer(bytes: number): Buffer {
  if (bytes >= poolBytes / 2) return Buffer.allocUnsafe(bytes);
  // Whoever has a result has the pool's memory, too, and may have moved it elsewhere: Node 22 lets that happen.
  if (pool?.byteLength !== poolBytes || used + bytes > poolBytes) pool = renewed();
  const start = used;
  used = (start + bytes + alignment - 1) & ~(alignment - 1);
  return direct === undefined ? Buffer.from(pool, start, bytes) : new direct(pool, start, bytes);
}

function renewed(): ArrayBuffer {
  const memory = Buffer.allocUnsafeSlow(poolBytes).buffer as ArrayBuffer;
  try {
    // As Node's: whoever sends one result to a thread must not take its neighbours along.
    markAsUntransferable(memory);
  } catch {
    // Runtimes have had it for show, throwing "not implemented": then who moves one result moves all of its pool.
  }
  used = 0;
  return memory;
}
