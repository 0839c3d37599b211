import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backendByName, nativeAvailable } from '../../src/backend/select.ts';

/** Name and nice value of each thread of this process, see proc(5). */
function threads(): { name: string; nice: number }[] {
  return readdirSync('/proc/self/task').flatMap((id) => {
    try {
      const text = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
      const end = text.lastIndexOf(')');
      return [
        { name: text.slice(text.indexOf('(') + 1, end), nice: Number(text.slice(end + 2).split(' ')[16]) },
      ];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

// Elsewhere a thread's priority is not its own to change, or not told.
test.skipIf(process.platform !== 'linux' || !nativeAvailable())(
  'password hashes run at a lower priority than the event loop, and leave it to nothing else',
  async () => {
    const { kdf } = backendByName('native');
    const own = threads().find(({ name }) => name !== 'wolfsec-hash')?.nice ?? 0;
    const cost = { memoryKib: 19_456, iterations: 8, lanes: 1 };
    let done = false;
    const hashing = kdf
      .argon2id(Buffer.from('password'), Buffer.alloc(16, 7), new Uint8Array(0), cost, 32)
      .finally(() => {
        done = true;
      });
    const seen: number[] = [];
    while (!done) {
      for (const { name, nice } of threads()) if (name === 'wolfsec-hash') seen.push(nice);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await hashing;
    expect(seen).toContain(Math.min(19, own + 5));
    // Those of Node's pool, which wait for the hash, keep theirs.
    expect(threads().filter(({ nice }) => nice > own)).toEqual([]);
  },
);
