import { describe, expect, test } from 'vitest';
import { loadAddon } from '../../src/backend/native/load.ts';
import { backendByName } from '../../src/backend/select.ts';
import { withoutNative } from './backends.ts';

const loaded = loadAddon();
const addon = 'addon' in loaded ? loaded.addon : undefined;
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT', message: expect.stringMatching(message) });

// TypeScript validates before it calls, so these calls only happen by mistake; they must not crash.
describe.skipIf(!addon)(`raw calls${addon ? '' : ` (skipped: ${withoutNative})`}`, () => {
  const raw = addon!;
  const none = new Uint32Array(0);
  const set = () =>
    raw.patternsCompile(Buffer.from('a'), Uint32Array.of(0, 1, 0, 0), new Uint8Array(0), none);

  test('outputs that overlap an input are refused, whichever view names them', () => {
    const memory = new ArrayBuffer(64);
    const haystack = new Uint8Array(memory, 0, 32);
    for (const offset of [0, 12, 28]) {
      const out = new Uint32Array(memory, offset, 4);
      expect(() => raw.patternsFind(set(), haystack, 32, out, none)).toThrow(
        refused(/argument 3 .*no other/),
      );
    }
    expect(raw.patternsFind(set(), haystack, 32, new Uint32Array(memory, 32, 8), none)).toBe(0);
    const ends = new Uint32Array(memory, 32, 2);
    expect(() => raw.patternsFind(set(), haystack, 32, ends, ends)).toThrow(refused(/no other/));
  });

  test('handles of another type are refused', () => {
    const table = raw.ipOpen(Uint32Array.of(0), Uint32Array.of(0), new Uint32Array(4), Uint32Array.of(0));
    const out = new Uint32Array(1);
    for (const wrong of [table, {}, null, 7, 'set', new Uint8Array(8)]) {
      expect(() => raw.patternsIsMatch(wrong as never, Buffer.from('a'), 1)).toThrow(refused(/argument 0/));
    }
    expect(() => raw.ipLookupPacked(set() as never, new Uint8Array(16), out)).toThrow(refused(/IP table/));
  });

  test('what is no buffer, of another width or too short is refused', () => {
    const handle = set();
    for (const wrong of [undefined, null, 'text', {}, 7, [1]]) {
      expect(() => raw.patternsIsMatch(handle, wrong as never, 0)).toThrow(refused(/argument 1/));
    }
    expect(() => raw.patternsFind(handle, Buffer.from('a'), 1, Buffer.alloc(7) as never, none)).toThrow(
      refused(/width/),
    );
    expect(() => raw.patternsIsMatch(handle, Buffer.from('a'), 2)).toThrow(/outside its buffer/);
    expect(() => raw.patternsIsMatch(handle, Buffer.from('a'), 'x' as never)).toThrow(refused(/number/));
  });

  test('more keys and hashes than there are places for are refused by an error of ours', () => {
    const { hash } = backendByName('native');
    const started = [];
    let refusal: unknown;
    try {
      while (started.length <= 1 << 20) started.push(hash.start('sha256'));
    } catch (error) {
      refusal = error;
    }
    for (const each of started) hash.release(each);
    expect(started.length).toBeGreaterThan(1_000_000);
    expect(refusal).toMatchObject({ name: 'WolfsecError', code: 'WOLFSEC_LIMIT_EXCEEDED' });
    hash.release(hash.start('sha256'));
  });

  test('detached memory is empty', () => {
    const bytes = new Uint8Array(8).fill(0x61);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(raw.patternsIsMatch(set(), bytes, 0)).toBe(false);
  });

  test('dropped handles give their memory back', async () => {
    // Some 8 MB a set: fifty that stay would show.
    let state = 1;
    const letter = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return 0x61 + ((state >>> 24) % 26);
    };
    const literals = Buffer.from(Uint8Array.from({ length: 60_000 }, letter));
    const rows = Uint32Array.from(
      { length: 4 * 6000 },
      (_, i) => [10 * (i >> 2), 10 * (i >> 2) + 10, 0, 0][i % 4]!,
    );
    const compile = () => raw.patternsCompile(literals, rows, new Uint8Array(0), none);
    for (let i = 0; i < 5; i++) compile();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 50; i++) {
      compile();
      // The collector drops handles between turns.
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 << 20);
  });
});
