import { expect, test } from 'vitest';
import type { RuleProgram } from '../../src/backend/contract/rule.ts';
import type { Expression } from '../../src/rule/expression.ts';
import { compileProgram } from '../../src/rule/index.ts';
import type { DetectionRule, Logsource } from '../../src/rule/rule.ts';
import type { Recogniser } from '../../src/rule/taxonomy/recognise.ts';
import { backends } from '../parity/backends.ts';
import { holds } from './naive/expression.ts';
import { eventLine } from './random/lines.ts';
import { expression } from './random/rules.ts';
import { Seeded } from './random/seeded.ts';

const long = process.env.WOLFSEC_LONG === '1';
const pairs = long ? 1_000_000 : 20_000;
const [rulesEach, eventsEach] = [20, 20];
const rounds = pairs / (rulesEach * eventsEach);
const firstSeed = Number(process.env.WOLFSEC_SEED ?? 1);

const logsources: readonly Logsource[] = [
  {},
  { product: 'p' },
  { product: 'p', category: 'c' },
  { service: 's' },
];

test(`random rules × random events mean the same to every back end and to the plain reading`, {
  timeout: long ? 7_200_000 : 120_000,
}, () => {
  const hitsSeen = { held: 0, not: 0 };
  for (let round = 0; round < rounds; round++) {
    const seed = firstSeed + round;
    const random = new Seeded(seed);
    const rules = random.list(rulesEach, rulesEach, () => ruleOf(expression(random), random));
    const recognisers = random.chance(30) ? random.list(1, 3, () => recogniser(random)) : [];
    const program = compileProgram(rules, recognisers);
    const lines = random.list(eventsEach, eventsEach, () => eventLine(random));
    const expected = lines.flatMap((line, index) =>
      held(rules, recognisers, JSON.parse(line) as object).map((rule) => `${index} ${rule}`),
    );
    hitsSeen.held += expected.length;
    hitsSeen.not += lines.length * rules.length - expected.length;
    for (const backend of backends) {
      const engine = backend.rule.compileRules(Buffer.from(JSON.stringify(program)));
      // Values are kept when they come again, and then what is asked of them: answered afresh, and from there.
      for (let times = 0; times < 4; times++) {
        const found = evaluated(engine, lines);
        if (found.join() !== expected.join())
          report(backend.name, seed, program, rules, lines, found, expected);
      }
      engine.close();
    }
  }
  // The vocabulary must make both answers common, or little is shown.
  expect(hitsSeen.held).toBeGreaterThan(pairs / 20);
  expect(hitsSeen.not).toBeGreaterThan(pairs / 20);
});

function ruleOf(of: Expression, random: Seeded): DetectionRule {
  const meta = { id: '', title: '', level: 'low', status: 'test', file: '' } as const;
  const lists = { tags: [], references: [], falsePositives: [], related: [] };
  return { kind: 'detection', ...meta, ...lists, logsource: random.pick(logsources), expression: of };
}

/** Recognisers ask only for values; comparisons of two fields are none of theirs. */
function recogniser(random: Seeded): Recogniser {
  for (;;) {
    const when = expression(random, 2);
    if (!JSON.stringify(when).match(/"kind":"field"|"field":""/)) {
      return { when, gives: random.list(1, 2, () => random.pick(logsources)) };
    }
  }
}

function held(rules: readonly DetectionRule[], recognisers: readonly Recogniser[], event: object): number[] {
  const recognised = recognisers.filter(({ when }) => holds(when, event));
  const given = recognised.flatMap(({ gives }) => gives);
  return rules.flatMap(({ logsource, expression: of }, index) => {
    const asked =
      recognised.length === 0 ||
      given.some((from) =>
        Object.entries(logsource).every(([part, value]) => from[part as keyof Logsource] === value),
      );
    return asked && holds(of, event) ? [index] : [];
  });
}

type Engine = ReturnType<(typeof backends)[number]['rule']['compileRules']>;

function evaluated(engine: Engine, lines: readonly string[]): string[] {
  const ndjson = Buffer.from(lines.join('\n'));
  const { hits, faults, events } = engine.evaluate(ndjson, ndjson.length, new Uint32Array(0));
  expect([events, [...faults]]).toEqual([lines.length, []]);
  const found: string[] = [];
  for (let i = 0; i < hits.length; i += 4) found.push(`${hits[i]} ${hits[i + 3]}`);
  return found;
}

function report(
  name: string,
  seed: number,
  program: RuleProgram,
  rules: readonly DetectionRule[],
  lines: readonly string[],
  found: readonly string[],
  expected: readonly string[],
): never {
  const wrong = [
    ...found.filter((each) => !expected.includes(each)).map((each) => `fires wrongly ${each}`),
    ...expected.filter((each) => !found.includes(each)).map((each) => `does not fire ${each}`),
  ];
  const [index, rule] = (wrong[0] ?? '').split(' ').slice(-2).map(Number) as [number, number];
  throw new Error(
    `${name}, WOLFSEC_SEED=${seed}: ${wrong.slice(0, 5).join('; ')}\n${lines[index]}\n${JSON.stringify(
      rules[rule]?.expression,
    )}\n${JSON.stringify(program.rules[rule])}`,
  );
}
