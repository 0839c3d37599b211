import { expect, test } from 'vitest';
import { PatternSet } from '../../src/match/index.ts';
import { describeBackends } from '../parity/backends.ts';

describeBackends('PatternSet', (backend) => {
  test('ids are the caller’s, or the index', () => {
    const set = new PatternSet<string | number>(
      ['a', { id: 'bee', literal: 'b' }, { id: 'digit', regex: '\\d' }],
      backend,
    );
    expect(set.size).toBe(3);
    expect(set.matches('1ba')).toEqual([
      { id: 'digit', start: 0, end: 1 },
      { id: 'bee', start: 1, end: 2 },
      { id: 0, start: 2, end: 3 },
    ]);
    expect(set.matchedIds('ab1a')).toEqual([0, 'bee', 'digit']);
  });

  test('an empty set matches nothing', () => {
    const set = new PatternSet([], backend);
    expect(set.isMatch('x')).toBe(false);
    expect(set.matches('')).toEqual([]);
    expect([...set.matchBatch(['a', ''])]).toEqual([]);
    expect(set.stream().end()).toEqual([]);
  });

  test('offsets are bytes', () => {
    const set = new PatternSet(['b', { regex: 'é.' }], backend);
    expect(set.matches('😀éb')).toEqual([
      { id: 1, start: 4, end: 7 },
      { id: 0, start: 6, end: 7 },
    ]);
  });

  test('literals may be any bytes, and many', () => {
    const patterns = Array.from({ length: 300 }, (_, i) => ({
      literal: Buffer.from([i & 255, i >> 8, 0xff]),
    }));
    const set = new PatternSet(patterns, backend);
    expect(set.matchedIds(Buffer.from([1, 0, 0xff, 43, 1, 0xff]))).toEqual([1, 299]);
    const all = Array.from({ length: 256 }, (_, b) => ({ literal: Buffer.from([b]) }));
    expect(new PatternSet(all, backend).matchedIds(Buffer.from([0, 255, 7]))).toEqual([0, 7, 255]);
  });

  test('text longer than the kept memory', () => {
    const set = new PatternSet(['needle'], backend);
    const long = `${'é'.repeat(40_000)}needle`;
    expect(set.matches(long)).toEqual([{ id: 0, start: 80_000, end: 80_006 }]);
  });

  test('replace goes left to right, the longest first', () => {
    const set = new PatternSet<string>(
      [
        { id: 'short', literal: 'ab' },
        { id: 'long', literal: 'abc' },
        { id: 'late', literal: 'cd' },
      ],
      backend,
    );
    expect(set.replace('xabcd ab é', '*')).toBe('x*d * é');
    expect(set.replace('xabcd ab é', (matched, id) => `<${id}:${matched}>`)).toBe(
      'x<long:abc>d <short:ab> é',
    );
    expect(set.replace(Buffer.from([0xff, 0x61, 0x62]), '')).toEqual(Buffer.from([0xff]));
    const same = 'nothing here';
    expect(set.replace(same, '*')).toBe(same);
    const bytes = Buffer.from('nothing');
    expect(set.replace(bytes, '*')).toBe(bytes);
  });

  test('a replacement may search again', () => {
    const set = new PatternSet(['a', 'b'], backend);
    expect(set.replace('a b a', (matched) => String(set.count(matched.repeat(300))))).toBe('300 300 300');
  });

  test('empty matches are replaced once for each place', () => {
    const set = new PatternSet([{ regex: 'x*' }, { regex: 'y*' }], backend);
    expect(set.replace('ax', '-')).toBe('-a--');
  });

  test('packed inputs', () => {
    const set = new PatternSet(['b', { regex: '^c' }], backend);
    const rows = set.matchPacked(Buffer.from('abcbc'), Uint32Array.of(0, 2, 4, 5));
    expect([...rows]).toEqual([0, 0, 1, 2, 1, 1, 0, 1, 1, 0, 1, 2, 2, 1, 0, 1]);
    expect(() => set.matchPacked(Buffer.from('ab'), Uint32Array.of(0, 3))).toThrow(/offsets\[1\]/);
    expect(() => set.matchPacked(Buffer.from('ab'), Uint32Array.of(2, 1))).toThrow(/offsets\[1\]/);
  });

  test('what is no pattern or input is refused by name', () => {
    const invalid = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });
    expect(() => new PatternSet(['a', ''], backend)).toThrow(/patterns\[1\]\.literal/);
    expect(() => new PatternSet([7 as unknown as string], backend)).toThrow(invalid);
    expect(() => new PatternSet([null as unknown as string], backend)).toThrow(invalid);
    expect(() => new PatternSet([{ literal: 'a', at: 'middle' as 'end' }], backend)).toThrow(
      /patterns\[0\]\.at/,
    );
    expect(() => new PatternSet('a' as unknown as [], backend)).toThrow(invalid);
    expect(() => new PatternSet(['a'], backend).isMatch(7 as unknown as string)).toThrow(invalid);
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    for (const inputs of ['a', 5, null, {}, Buffer.from('a'), [null], [, 'a']] as never[]) {
      expect(() => new PatternSet(['a'], backend).matchBatch(inputs)).toThrow(invalid);
    }
  });

  test('shared memory is searched as a copy', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(0x61);
    const set = new PatternSet(['aa', { regex: 'a$' }], backend);
    expect(set.count(shared)).toBe(3);
    expect(set.matchPacked(shared, Uint32Array.of(0, 4)).length).toBe(12);
  });

  test('streams', () => {
    const set = new PatternSet<string>(
      [
        { id: 'pair', literal: '😀x' },
        { id: 'end', literal: 'z', at: 'end' },
        { id: 're', regex: 'a\\d+b' },
      ],
      backend,
    );
    const stream = set.stream({ windowBytes: 16 });
    const found = ['z\ud83d', '\ude00', 'x a1', '23', 'b ', 'é'.repeat(50), 'a4b z'].flatMap((chunk) =>
      stream.push(chunk),
    );
    found.push(...stream.end());
    expect(found.map(({ id }) => id)).toEqual(['pair', 're', 're', 'end']);
    expect(found[0]).toEqual({ id: 'pair', start: 1, end: 6 });
    expect(stream.end()).toEqual([]);
    expect(() => stream.push('x')).toThrow(expect.objectContaining({ code: 'WOLFSEC_DISPOSED' }));
    expect(() => new PatternSet([{ regex: 'a*' }], backend).stream()).toThrow(/empty text/);
    expect(() => set.stream({ windowBytes: 0 })).toThrow(/windowBytes/);
  });

  test('very many matches are found, and their memory is not kept', () => {
    const set = new PatternSet(['a'], backend);
    const stream = set.stream();
    const kept = () => Reflect.get(stream, 'rows').length as number;
    for (const length of [10, 200_000, 10]) {
      const text = Buffer.alloc(length, 'a');
      expect(set.matches(text)).toHaveLength(length);
      expect(set.matchPacked(text, Uint32Array.of(0, length))).toHaveLength(4 * length);
      expect(set.replace(text, 'b')).toEqual(Buffer.alloc(length, 'b'));
      expect(stream.push(text)).toHaveLength(length);
      expect(kept()).toBeLessThan(1000);
    }
  });

  test('half a character before bytes is one of its own, and keeps its place', () => {
    const whole = new PatternSet(['bc', { regex: '\ufffda' }], backend);
    const stream = whole.stream();
    const found = ['x\ud83d', Buffer.from('abc'), '\ude00bc'].flatMap((chunk) => stream.push(chunk));
    found.push(...stream.end());
    found.sort((a, b) => a.start - b.start);
    expect(found).toEqual(whole.matches('x\ud83dabc\ude00bc'));
    expect(found).toHaveLength(3);
  });

  test('a stream of many small chunks stays linear and finds all', () => {
    const set = new PatternSet(['abc', { regex: 'x[0-9]{1,8}y' }], backend);
    const stream = set.stream();
    let found = 0;
    for (let i = 0; i < 60_000; i++) found += stream.push('abcx12'[i % 6]! + (i % 6 === 5 ? 'y' : '')).length;
    found += stream.end().length;
    expect(found).toBe(20_000);
  });
});
