import { expect, test } from 'vitest';
import { PatternSet } from '../../src/match/index.ts';
import { backends, describeBackends } from '../parity/backends.ts';

/** Expression, text, and the first match's text, or `undefined`. */
const meanings: readonly [regex: string, text: string, first: string | undefined][] = [
  ['a.c', 'a\nc abc', 'abc'],
  ['(?s)a.c', 'a\nc', 'a\nc'],
  ['(?i)straße', 'STRAßE', 'STRAßE'],
  ['(?i)k', '\u212a', undefined],
  ['(?i)[^k]', 'K\u212a', '\u212a'],
  ['a(?i)b(?-i)c', 'aBc aBC', 'aBc'],
  ['a(?i:b)c', 'aBc', 'aBc'],
  ['^b', 'a\nb', undefined],
  ['(?m)^b$', 'a\nb\nc', 'b'],
  ['b$', 'b\n', undefined],
  ['\\Ab\\z', 'b', 'b'],
  ['\\d+', '٣ 3', '3'],
  ['\\w+', 'é_a1', '_a1'],
  ['\\s', '\u00a0\v', '\v'],
  ['\\bé', ' é', undefined],
  ['[[:alpha:]]+[[:^digit:]]', '1ab-', 'ab-'],
  ['[]a]+', 'x]a', ']a'],
  ['[a\\-z]+', 'b-az', '-az'],
  ['[a-]+', '-a', '-a'],
  ['[\\b]', 'a\b', '\b'],
  ['a{,2}', 'aa a{,2}', 'a{,2}'],
  ['a{2}', 'aaa', 'aa'],
  ['a{2,}?', 'aaaa', 'aa'],
  ['x{0}y', 'xy', 'y'],
  ['\\x41\\u0042\\x{1F600}', 'AB😀', 'AB😀'],
  ['\\p{Lu}\\P{L}', 'aÉ1', 'É1'],
  ['\\p{Greek}+', 'abγδ', 'γδ'],
  ['\\pN', 'x٣', '٣'],
  ['[^\\W_]+', '_ab_', 'ab'],
  ['(?P<name>a)(?<other>b)', 'ab', 'ab'],
  ['a|ab', 'ab', 'a'],
  ['(?:a|ab)(?:c|bcd)', 'abcd', 'abcd'],
  ['a\\/b\\-c\\"', 'a/b-c"', 'a/b-c"'],
  ['(?i)[w-z]+', 'WxYz', 'WxYz'],
  ['[^a]', 'a\n', '\n'],
  ['(?:\\W|\\B)+?', 'aſa', 'ſ'],
  ['\\B', 'aéa', undefined],
];

/** Expression, and why it is refused. */
const refusals: readonly [regex: string, reason: RegExp][] = [
  ['(?=a)', /look-around/],
  ['a(?!b)', /look-around/],
  ['(?<=a)b', /look-around/],
  ['(?<!a)b', /look-around/],
  ['(a)\\1', /back-references/],
  ['\\k<a>', /back-references/],
  ['(?>a)', /atomic/],
  ['a++', /possessive/],
  ['a**', /cannot be repeated/],
  ['*a', /nothing to repeat/],
  ['(a', /missing \)/],
  ['a)', /unmatched \)/],
  ['[a', /missing \]/],
  ['[b-a]', /range ends before/],
  ['[a-\\d]', /one character/],
  ['a{2,1}', /ends before/],
  ['a{1001}', /counts to 1000/],
  ['\\', /ends in a backslash/],
  ['\\y', /unknown escape/],
  ['\\x{110000}', /scalar/],
  ['\\x{d800}', /scalar/],
  ['\\p{Nonsense}', /Unicode property/],
  ['[[:nonsense:]]', /unknown class/],
  ['(?x)a', /flag x/],
  ['[^\\s\\S]', /matches nothing/],
  ['\ud800', /lone surrogate/],
  ['('.repeat(200) + ')'.repeat(200), /within one another/],
];

describeBackends('expressions', (backend) => {
  test.each(meanings)('%j in %j', (regex, text, first) => {
    const bytes = Buffer.from(text);
    const [found] = new PatternSet([{ regex }], backend).matches(text);
    expect(found && bytes.toString('utf8', found.start, found.end)).toBe(first);
  });

  test.each(refusals)('%j is refused', (regex, reason) => {
    const build = () => new PatternSet(['ok', { regex }], backend);
    expect(build).toThrow(reason);
    expect(build).toThrow(/^patterns\[1\]: regular expression ".*", column \d+: /);
    expect(build).toThrow(expect.objectContaining({ code: 'WOLFSEC_PATTERN_INVALID' }));
  });

  test.each(['(?:a{1000}){2}', '(?:\\p{L}{500}b)', 'a{40}{40}'.replace('}{', '}){').replace('a', '(?:a')])(
    '%s is too large',
    (regex) => {
      expect(() => new PatternSet([{ regex }], backend)).toThrow(
        expect.objectContaining({ code: 'WOLFSEC_LIMIT_EXCEEDED' }),
      );
    },
  );

  test('hundreds at once', () => {
    const patterns = Array.from({ length: 400 }, (_, i) => ({
      regex: `\\bword${i}\\d+x?`,
      ignoreCase: true,
    }));
    expect(new PatternSet(patterns, backend).matchedIds('WORD7 word399123 Word200x word2001')).toEqual([
      2, 3, 20, 39, 200, 399,
    ]);
  });
});

test('random bytes as expressions are accepted or refused alike', () => {
  const alphabet = [
    'a',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '*',
    '+',
    '?',
    '|',
    '^',
    '$',
    '\\',
    '-',
    ',',
    '1',
    '2',
    ':',
    'b',
    'é',
    '.',
    'd',
    'p',
  ];
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return alphabet[Math.floor((state / 2 ** 32) * alphabet.length)]!;
  };
  let accepted = 0;
  for (let round = 0; round < 4000; round++) {
    const regex = Array.from({ length: 1 + (round % 9) }, next).join('');
    const verdicts = backends.map((backend) => {
      try {
        return new PatternSet([{ regex }], backend).matches('ab1(a)[b]{2}\\é.d-p');
      } catch (error) {
        return (error as Error).message;
      }
    });
    for (const verdict of verdicts) expect(verdict, regex).toEqual(verdicts[0]);
    if (Array.isArray(verdicts[0])) accepted++;
  }
  expect(accepted).toBeGreaterThan(500);
});
