import { describe, expect, test } from 'vitest';
import { eventFault } from '../../src/backend/contract/rule.ts';
import { compileProgram, parseRuleSet } from '../../src/rule/index.ts';
import { backends, describeBackends } from '../parity/backends.ts';
import { eventLine } from './random/lines.ts';
import { Seeded } from './random/seeded.ts';

const long = process.env.WOLFSEC_LONG === '1';

const rule = `
title: any word
logsource: { category: any }
detection:
  selection: { a|contains: a }
  keywords: [b]
  condition: 1 of them
`;
const program = Buffer.from(
  JSON.stringify(compileProgram(parseRuleSet([{ file: 'rule.yml', text: rule }]).detections)),
);
const nothing = new Uint32Array(0);

const nested = (open: string, close: string, depth: number, inside = '') =>
  `{"a":${open.repeat(depth)}${inside}${close.repeat(depth)}}`;
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

const { syntax, notAnObject, tooDeep, encoding } = eventFault;
/** Lines and the fault they have; 0 for events. */
const lines: readonly (readonly [name: string, line: string | Buffer, fault: number])[] = [
  ['an empty object', '{}', 0],
  ['a carriage return behind', '{"a":1}\r', 0],
  ['space around everything', ' \t{ "a" : [ 1 , 2 ] }\r ', 0],
  ['a repeated key', '{"a":1,"a":2}', 0],
  ['a lone surrogate', '{"a":"\\ud800"}', 0],
  ['a number past the largest', '{"a":1e999}', 0],
  ['a raw delete character', '{"a":"\x7f"}', 0],
  ['a raw line separator', '{"a":"\u2028"}', 0],
  ['a leading zero', '{"a":01}', syntax],
  ['a negative leading zero', '{"a":-01}', syntax],
  ['a plus sign', '{"a":+1}', syntax],
  ['a bare fraction', '{"a":.5}', syntax],
  ['an open fraction', '{"a":1.}', syntax],
  ['an open exponent', '{"a":1e}', syntax],
  ['a hexadecimal number', '{"a":0x10}', syntax],
  ['not a number', '{"a":NaN}', syntax],
  ['a trailing comma in an object', '{"a":1,}', syntax],
  ['a trailing comma in an array', '{"a":[1,]}', syntax],
  ['a leading comma', '{,"a":1}', syntax],
  ['two commas', '{"a":[1,,2]}', syntax],
  ['no comma', '{"a":1 "b":2}', syntax],
  ['no colon', '{"a" 1}', syntax],
  ['a bare key', '{a:1}', syntax],
  ['single quotes', "{'a':1}", syntax],
  ['a number as key', '{1:1}', syntax],
  ['two values', '{} {}', syntax],
  ['a comment', '{"a":1} // x', syntax],
  ['an unclosed object', '{"a":1', syntax],
  ['an unclosed string', '{"a":"b', syntax],
  ['an escaped closing quote', '{"a":"b\\"}', syntax],
  ['the wrong bracket', '{"a":[1}', syntax],
  ['a stray bracket', '{"a":1}}', syntax],
  ['a stray quote', '{"a":1}"', syntax],
  ['an unknown escape', '{"a":"\\x41"}', syntax],
  ['a short escape', '{"a":"\\u00"}', syntax],
  ['an escape of no hex digits', '{"a":"\\u00g0"}', syntax],
  ['a raw tab in a string', '{"a":"\t"}', syntax],
  ['a raw NUL in a string', '{"a":"\0"}', syntax],
  ['a NUL between', '{"a":\x001}', syntax],
  ['a form feed between', '{"a":\f1}', syntax],
  ['a no-break space between', '{"a":\u00a01}', syntax],
  ['a byte order mark', '\ufeff{"a":1}', syntax],
  ['a word', 'hello', syntax],
  ['half a literal', '{"a":tru}', syntax],
  ['a literal run on', '{"a":truex}', syntax],
  ['an upper-case literal', '{"a":True}', syntax],
  ['an array', '[{"a":1}]', notAnObject],
  ['a string', '"a"', notAnObject],
  ['a number', '12', notAnObject],
  ['null', 'null', notAnObject],
  ['a broken array', '[1', syntax],
  ['128 levels', nested('[', ']', 127), 0],
  ['128 levels of objects', nested('{"a":', '}', 127, '1'), 0],
  ['129 levels', nested('[', ']', 128), tooDeep],
  ['129 levels of objects', nested('{"a":', '}', 128, '1'), tooDeep],
  ['many brackets, not deep', `{"a":[${'[],'.repeat(500)}[]]}`, 0],
  ['brackets in strings', `{"a":"${'['.repeat(500)}"}`, 0],
  ['100,000 levels', nested('[', ']', 100_000), tooDeep],
  ['100,000 levels of objects', nested('{"a":', '}', 100_000, '1'), tooDeep],
  ['100,000 levels that do not close', '['.repeat(100_000), syntax],
  ['100,000 levels that close wrongly', `{"a":${'['.repeat(100_000)}${']'.repeat(99_999)}}}`, syntax],
  ['100,000 levels of a top-level array', '['.repeat(100_000) + ']'.repeat(100_000), notAnObject],
  ['a stray continuation byte', bytes('{"a":"', [0x80], '"}'), encoding],
  ['an overlong slash', bytes('{"a":"', [0xc0, 0xaf], '"}'), encoding],
  ['a surrogate in UTF-8', bytes('{"a":"', [0xed, 0xa0, 0x80], '"}'), encoding],
  ['a character past the last', bytes('{"a":"', [0xf4, 0x90, 0x80, 0x80], '"}'), encoding],
  ['a cut character', bytes('{"a":"', [0xe2, 0x82], '"}'), encoding],
  ['bad bytes in a bad line', bytes('{"a":', [0xff]), encoding],
];

describeBackends('lines', (backend) => {
  test.each(lines)('%s', (_, line, fault) => {
    const engine = backend.rule.compileRules(program);
    const ndjson = bytes('{"a":"a"}\n', typeof line === 'string' ? line : [...line], '\n{"b":"b"}');
    const { events, lines: count, faults, hits } = engine.evaluate(ndjson, ndjson.length, nothing);
    expect([...faults].filter((_, i) => i % 4 === 3)).toEqual(fault === 0 ? [] : [fault]);
    expect([events, count]).toEqual([fault === 0 ? 3 : 2, 3]);
    // Neighbours of a bad line are evaluated all the same.
    const hitLines = [...hits].filter((_, i) => i % 4 === 0);
    expect(hitLines).toEqual(expect.arrayContaining([0, 2]));
    engine.close();
  });

  test('blank lines are no events and no faults', () => {
    const engine = backend.rule.compileRules(program);
    const ndjson = Buffer.from('\n \t\r\n\n{"a":"a"}\n\r\n');
    const { events, lines: count, faults, hits } = engine.evaluate(ndjson, ndjson.length, nothing);
    expect([events, count, faults.length, [...hits]]).toEqual([1, 5, 0, [3, 6, 15, 0]]);
    engine.close();
  });

  test('a line past 16 MiB is refused, the longest one read', () => {
    const engine = backend.rule.compileRules(program);
    const longest = `{"a":"${'a'.repeat(16 * 1024 * 1024 - 8)}"}`;
    const ndjson = Buffer.from(`${longest}\n{"a":"${'a'.repeat(16 * 1024 * 1024 - 7)}"}\n{"a":"a"}`);
    const { events, faults, hits } = engine.evaluate(ndjson, ndjson.length, nothing);
    expect([events, hits.length / 4, faults[3]]).toEqual([2, 2, eventFault.tooLong]);
    engine.close();
  });
});

describe.skipIf(backends.length < 2)('mutated lines', () => {
  test('both back ends tell the same events, faults and hits', { timeout: 3_600_000 }, () => {
    const rounds = long ? 10_000 : 300;
    const seen = new Map<number, number>();
    for (let seed = 1; seed <= rounds; seed++) {
      const random = new Seeded(seed);
      const batch = Buffer.concat(
        random.list(20, 20, () =>
          Buffer.concat([mutated(random, Buffer.from(eventLine(random))), bytes('\n')]),
        ),
      );
      const [one, two] = backends.map((backend) => {
        const engine = backend.rule.compileRules(program);
        // What a back end remembers of values is its own.
        const { cacheHits, cacheMisses, ...found } = engine.evaluate(batch, batch.length, nothing);
        const decoded = engine.decode(batch);
        engine.close();
        expect(decoded).toBe(found.events);
        return { ...found, hits: [...found.hits], faults: [...found.faults] };
      });
      if (JSON.stringify(one) !== JSON.stringify(two)) {
        expect({ seed, ...one, text: batch.toString('latin1') }).toEqual({ seed, ...two });
      }
      for (let i = 3; i < one!.faults.length; i += 4) {
        seen.set(one!.faults[i] as number, (seen.get(one!.faults[i] as number) ?? 0) + 1);
      }
    }
    for (const fault of [syntax, notAnObject, encoding]) expect(seen.get(fault)).toBeGreaterThan(rounds / 20);
  });
});

const inserts = [
  '"',
  '\\',
  '\\u',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-',
  'e',
  '.',
  '\0',
  '\x1f',
  ' ',
  '\f',
  '\v',
  '\ufeff',
  '\u00a0',
  '\n',
  '\\ud800',
];

/** A line with one to three bytes changed, cut out, put in, or its end cut off. */
function mutated(random: Seeded, line: Buffer): Buffer {
  let bent = random.chance(10) ? bytes('[', [...line], ']') : line;
  for (let times = random.number(4); times > 0 && bent.length > 0; times--) {
    const at = random.number(bent.length);
    const [before, behind] = [bent.subarray(0, at), bent.subarray(at)];
    const kind = random.number(5);
    if (kind === 0) bent = bytes([...before]);
    else if (kind === 1) bent = bytes([...before], [random.number(256)], [...behind.subarray(1)]);
    else if (kind === 2) bent = bytes([...before], [...behind.subarray(1 + random.number(4))]);
    else if (kind === 3) bent = bytes([...before], [random.number(256)], [...behind]);
    else bent = bytes([...before], random.pick(inserts), [...behind]);
  }
  return bent;
}
