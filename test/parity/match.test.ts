import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { type Match, type Pattern, PatternSet } from '../../src/match/index.ts';
import { backends, bothBackends, describeBackends, withoutNative } from './backends.ts';

const alphabet = fc.constantFrom('a', 'b', 'A', 'B', '.', ' ', '\n', 'é', 'ſ', '😀');
const text = fc.array(alphabet, { maxLength: 40 }).map((parts) => parts.join(''));
/** Text with bytes that are no UTF-8 in it. */
const bytes = fc
  .array(fc.oneof(alphabet, fc.constantFrom('\xff', '\xe2\x82', '\xf0\x9f', '\x80', '\xed\xa0\x80')), {
    maxLength: 30,
  })
  .map((parts) =>
    Buffer.concat(parts.map((part) => Buffer.from(part, /^[\x80-\xff]+$/.test(part) ? 'latin1' : 'utf8'))),
  );

const literal: fc.Arbitrary<Pattern> = fc.record({
  literal: fc.array(alphabet, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  ignoreCase: fc.boolean(),
  at: fc.constantFrom('anywhere', 'anywhere', 'start', 'end', 'whole'),
});

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      'A',
      'é',
      '\\.',
      '.',
      '[ab]',
      '[^a]',
      '\\w',
      '\\s',
      '\\W',
      '\\b',
      '\\B',
      '^',
      '$',
      '\\p{L}',
      '(?i:a)',
      '(?s:.)',
      '(?m:^)',
      '(?m:$)',
    ),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => a + b),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?'))
      .map(([a, times]) => `(?:${a})${times}`),
  ),
}));
const regex: fc.Arbitrary<Pattern> = fc.record({ regex: expression, ignoreCase: fc.boolean() });

/** One literal searched for byte by byte. */
function naive(pattern: Pattern, haystack: Buffer): [number, number][] {
  const { literal, ignoreCase, at } = pattern as { literal: string; ignoreCase: boolean; at: string };
  const fold = (s: string) => (ignoreCase ? s.replace(/[A-Z]/g, (c) => c.toLowerCase()) : s);
  const needle = fold(Buffer.from(literal).toString('latin1'));
  const hay = fold(haystack.toString('latin1'));
  const found: [number, number][] = [];
  for (let from = 0; ; ) {
    const start = hay.indexOf(needle, from);
    if (start < 0) return found;
    const end = start + needle.length;
    const placed =
      ((at !== 'start' && at !== 'whole') || start === 0) &&
      ((at !== 'end' && at !== 'whole') || end === hay.length);
    if (placed) found.push([start, end]);
    from = placed ? end : start + 1;
  }
}

const rows = (matches: Match[]) => matches.map(({ id, start, end }) => [id, start, end]);
const sorted = (list: number[][]) => list.sort((a, b) => a[1]! - b[1]! || a[2]! - b[2]! || a[0]! - b[0]!);

describeBackends('literals', (backend) => {
  test('are found where a naive search finds them', () => {
    fc.assert(
      fc.property(fc.array(literal, { maxLength: 8 }), bytes, (patterns, haystack) => {
        const set = new PatternSet(patterns, backend);
        const expected = sorted(patterns.flatMap((p, i) => naive(p, haystack).map(([s, e]) => [i, s, e])));
        expect(rows(set.matches(haystack))).toEqual(expected);
        expect(set.count(haystack)).toBe(expected.length);
        expect(set.isMatch(haystack)).toBe(expected.length > 0);
        expect(set.matchedIds(haystack)).toEqual(
          [...new Set(expected.map(([i]) => i))].sort((a, b) => a! - b!),
        );
      }),
      { numRuns: 500 },
    );
  });
});

test('expressions match alike on both back ends', ({ skip }) => {
  if (!bothBackends) return skip(withoutNative);
  const { native, portable } = bothBackends;
  fc.assert(
    fc.property(
      fc.array(fc.oneof(regex, literal), { maxLength: 4 }),
      fc.oneof(bytes, text),
      (patterns, haystack) => {
        const [a, b] = [new PatternSet(patterns, native), new PatternSet(patterns, portable)];
        expect(rows(a.matches(haystack))).toEqual(rows(b.matches(haystack)));
        expect(a.matchedIds(haystack)).toEqual(b.matchedIds(haystack));
        expect(a.isMatch(haystack)).toBe(b.isMatch(haystack));
        expect(a.count(haystack)).toBe(b.count(haystack));
        expect(a.matchedIds(haystack)).toEqual(
          [...new Set(a.matches(haystack).map(({ id }) => id))].sort((x, y) => x - y),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

/** The first match by JavaScript's own engine, in UTF-8 bytes. */
function firstByRegExp(source: string, input: string): [number, number] | undefined {
  const found = new RegExp(
    source.replaceAll('\\s', '[\\t-\\r ]').replaceAll('.', (c) => c),
    'u',
  ).exec(input);
  if (!found) return undefined;
  const start = Buffer.byteLength(input.slice(0, found.index));
  return [start, start + Buffer.byteLength(found[0])];
}

describeBackends('expressions', (backend) => {
  test('have the leftmost-first matches of a backtracking engine', () => {
    const plain = fc.letrec<{ e: string }>((tie) => ({
      e: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('a', 'b', 'é', '[^a\\n]', '\\w', 'ab?', 'a|ab', '\\ba', '[ab]+?', '😀'),
        fc.tuple(tie('e'), tie('e')).map(([a, b]) => `(?:${a})(?:${b})`),
        fc.tuple(tie('e'), tie('e')).map(([a, b]) => `(?:${a}|${b})`),
        fc.tuple(tie('e'), fc.constantFrom('+', '+?', '{2}', '{1,3}')).map(([a, t]) => `(?:${a})${t}`),
      ),
    })).e;
    fc.assert(
      fc.property(plain, text, (source, input) => {
        const [first] = new PatternSet([{ regex: source }], backend).matches(input);
        expect(first && [first.start, first.end]).toEqual(firstByRegExp(source, input));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Cuts bytes at the given places. */
function chunksOf(haystack: Buffer, cuts: number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (haystack.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => haystack.subarray(from, at[i] ?? haystack.length));
}

describeBackends('streams', (backend: Backend) => {
  test('find what the whole text holds, whatever the chunks', () => {
    const bounded = fc.constantFrom(
      'a[ab]{1,6}',
      '\\bab\\b',
      'é.',
      '^a',
      'b$',
      '(?i:a{2,5}?b)',
      '[^a]{3}',
      '\\x{FFFD}',
      '(?m:^.a)',
    );
    const patterns = fc.array(fc.oneof(literal, fc.record({ regex: bounded })), { maxLength: 5 });
    const long = fc.array(bytes, { maxLength: 6 }).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(patterns, long, fc.array(fc.nat(200), { maxLength: 12 }), (list, haystack, cuts) => {
        const set = new PatternSet(list as Pattern[], backend);
        const stream = set.stream({ windowBytes: 32 });
        const found = chunksOf(haystack, cuts).flatMap((chunk) => stream.push(chunk));
        found.push(...stream.end());
        expect(sorted(rows(found) as number[][])).toEqual(rows(set.matches(haystack)));
      }),
      { numRuns: 1000 },
    );
  });

  test('batches find what single calls find', () => {
    fc.assert(
      fc.property(
        fc.array(literal, { maxLength: 5 }),
        fc.array(fc.oneof(text, bytes), { maxLength: 5 }),
        (list, inputs) => {
          const set = new PatternSet(list, backend);
          const expected = inputs.flatMap((input, i) =>
            set.matches(input).flatMap(({ id, start, end }) => [i, id, start, end]),
          );
          expect([...set.matchBatch(inputs)]).toEqual(expected);
        },
      ),
    );
  });
});

test('more matches than the first guess has room for all come back', () => {
  for (const backend of backends) {
    const set = new PatternSet(['a', { regex: '[a-c]' }], backend);
    expect(set.matches('a'.repeat(3000)).length).toBe(6000);
    expect(set.matchBatch(['a'.repeat(1000), 'b'.repeat(500)]).length).toBe(4 * 2500);
  }
});
