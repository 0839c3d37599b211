// Pattern sets over loops of String.includes and RegExp.test, prefix sets, and redaction.
import { IpSet, PatternSet, Redactor } from '../src/match/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();

/** The same numbers on every run (Numerical Recipes' linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = numbers(7);
const syllables =
  'al be cor dan ex fir gol ha in jo kel lu mi no op pra qui ro sta ter un ve wy xa yo zen'.split(' ');
const word = () => Array.from({ length: 3 + random(3) }, () => syllables[random(syllables.length)]).join('');

/** A log line's worth of words, with one pattern in it at the end. */
function text(bytes: number, planted: string): string {
  let made = '';
  while (made.length < bytes) made += `${word()}${random(4) === 0 ? '=/' : ' '}`;
  return made.slice(0, bytes - planted.length) + planted;
}

const set = <T>(make: (backend: NonNullable<typeof native>) => T) => ({
  native: native && make(native),
  portable: make(portable),
});

export default suite('match', (s) => {
  for (const count of [8, 100, 1000, 5000]) {
    const patterns = Array.from({ length: count }, word);
    const sets = set((backend) => new PatternSet(patterns, backend));
    for (const bytes of [32, 128, 1024, 65536]) {
      const haystack = text(bytes, patterns[0]!);
      s.group(
        `${count} literals in ${bytes} B: which`,
        { bytes },
        {
          native: sets.native && (() => sets.native!.matchedIds(haystack)),
          portable: () => sets.portable.matchedIds(haystack),
          'includes, one by one': () => patterns.flatMap((p, i) => (haystack.includes(p) ? [i] : [])),
        },
      );
    }
  }

  const rules = Array.from(
    { length: 50 },
    (_, i) => `\\b${word()}\\s*=\\s*${word()}[a-z0-9]{${2 + (i % 5)},}`,
  );
  const expressions = set(
    (backend) =>
      new PatternSet(
        rules.map((regex) => ({ regex, ignoreCase: true })),
        backend,
      ),
  );
  const compiled = rules.map((source) => new RegExp(source, 'i'));
  for (const bytes of [256, 65536]) {
    const haystack = text(bytes, 'nothing');
    s.group(
      `50 expressions in ${bytes} B: any`,
      { bytes, expect: false },
      {
        native: expressions.native && (() => expressions.native!.isMatch(haystack)),
        portable: () => expressions.portable.isMatch(haystack),
        'RegExp, one by one': () => compiled.some((regex) => regex.test(haystack)),
      },
    );
  }

  for (const bytes of [1_000, 10_000, 100_000]) {
    const hostile = `${'a'.repeat(bytes - 1)}!`;
    const nested = set((backend) => new PatternSet([{ regex: '^(a+)+$' }], backend));
    s.group(
      `^(a+)+$ against ${bytes} B of a`,
      { bytes, expect: false },
      {
        native: nested.native && (() => nested.native!.isMatch(hostile)),
        portable: () => nested.portable.isMatch(hostile),
      },
    );
  }
  s.note('literals: at 32 B both back ends cost the same, so sets have no cut-over; includes() wins for 8.');
  s.note('^(a+)+$ must keep its MB/s as the input grows: that is linear time.');

  redaction(s);
  prefixes(s);
});

type Suite = Parameters<Parameters<typeof suite>[1]>[0];

function redaction(s: Suite): void {
  const redactors = set((backend) => new Redactor({ backend }));
  const clean = text(200, 'end');
  const secret = `${text(180, ' card ')}4111 1111 1111 1111`;
  for (const [name, line] of [
    ['a clean line', clean],
    ['a line with a card', secret],
  ] as const) {
    s.group(
      `redact ${name} of ${line.length} B`,
      { bytes: line.length },
      {
        native: redactors.native && (() => redactors.native!.redact(line)),
        portable: () => redactors.portable.redact(line),
      },
    );
  }
}

function prefixes(s: Suite): void {
  const hex = () => random(0x10000).toString(16);
  const v4 = () => `${random(224)}.${random(256)}.${random(256)}.${random(256)}`;
  const v6 = () => `2${(random(0x1000) | 0x1000).toString(16).slice(1)}:${hex()}:${hex()}::`;
  const list = Array.from({ length: 1_000_000 }, (_, i) =>
    i % 10 < 7 ? `${v4()}/${16 + random(17)}` : `${v6()}/${32 + random(33)}`,
  ).join('\n');
  const sets = set((backend) => IpSet.parse(list, { backend }));
  const asked = {
    IPv4: Array.from({ length: 1024 }, v4),
    IPv6: Array.from({ length: 1024 }, () => `${v6()}1`),
  };
  for (const [family, addresses] of Object.entries(asked)) {
    s.group(
      `look one ${family} address up among 1 M prefixes`,
      {},
      {
        native: sets.native && ((i) => sets.native!.has(addresses[i & 1023]!)),
        portable: (i) => sets.portable.has(addresses[i & 1023]!),
      },
    );
  }
  const packed = new Uint8Array(16 * 4096);
  for (let i = 0; i < packed.length; i += 16) {
    packed.set([255, 255, random(224), random(256), random(256), random(256)], i + 10);
  }
  s.group(
    'look 4096 packed IPv4 addresses up among 1 M prefixes',
    { opsPerCall: 4096 },
    {
      native: sets.native && (() => sets.native!.lookupPacked(packed)),
      portable: () => sets.portable.lookupPacked(packed),
    },
  );
  s.group(
    'build a set of 1 M prefixes from a list',
    { bytes: list.length, check: (built: IpSet) => built.size },
    {
      native: native && (() => IpSet.parse(list, { backend: native })),
      portable: () => IpSet.parse(list, { backend: portable }),
    },
  );
}
