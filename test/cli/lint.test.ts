import { describe, expect, test } from 'vitest';
import { checkRules } from '../../src/cli/rules/check.ts';
import { lintRules } from '../../src/cli/rules/lint.ts';
import { parseRuleSet, type ReadRule } from '../../src/rule/index.ts';

/** Lines from 1; each test changes one of them. */
const sound = [
  'title: sound',
  'id: 929a690e-bef0-4204-a928-ef5e620d6fcc',
  'description: what it tells',
  'tags: [attack.t1059.001, attack.execution]',
  'logsource: { category: any }',
  'detection:',
  '  selection:',
  '    f|contains|all: [a, b]',
  '  condition: selection',
];
const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
const lint = (...texts: string[]) => {
  const read: ReadRule[] = [];
  const set = parseRuleSet(
    texts.map((text, index) => ({ file: `${index}.yml`, text })),
    { statuses },
    (each) => read.push(each),
  );
  expect(set.refused).toEqual([]);
  return lintRules(read).map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
};
/** The sound rule with lines replaced, by their numbers. */
const changed = (changes: Readonly<Record<number, string>>) =>
  sound.map((line, index) => changes[index + 1] ?? line).join('\n');

describe('lints tell file, line and column', () => {
  test('a sound rule has none', () => expect(lint(changed({}))).toEqual([]));
  test.each([
    ['no id', { 2: 'status: test' }, ['1:1: the rule has no id of its own; a random UUID is best']],
    ['an id that is no UUID', { 2: 'id: mine' }, ['2:1: the id "mine" is no UUID']],
    ['no description', { 3: '' }, ['1:1: a description is missing']],
    [
      'tags, each by itself',
      { 4: 'tags:\n  - attack.t1059\n  - Attack.T1059\n  - word' },
      [
        '6:5: the tag "Attack.T1059" is not of the form namespace.name in lower case',
        '7:5: the tag "word" is not of the form namespace.name in lower case',
      ],
    ],
    [
      'an empty logsource',
      { 5: 'logsource: {}' },
      ['5:1: the logsource is empty, so that every event is asked'],
    ],
    [
      'a taxonomy of its own',
      { 5: 'logsource: { category: any }\ntaxonomy: ours' },
      [`6:1: the taxonomy "ours" is not Sigma's: a pipeline must map its fields`],
    ],
    ['all of one value', { 8: '    f|contains|all: a' }, ['8:5: "all" is for lists of several values']],
    [
      'null in a list',
      { 8: "    g: 1\n    f: ['', null]" },
      ['9:5: null stands among other values; write a selection of its own for it'],
    ],
    [
      'a number that is not exact, in a list of maps',
      { 8: '    - g: 1\n    - f: 12345678901234567890' },
      ['9:7: a number this large is not read exactly; put it in quotes'],
    ],
    ['an hour there never is', { 8: '    f|hour: [1, 24]' }, ['8:5: "hour" gives 23 at most']],
    [
      'a selection that nothing uses',
      { 9: '  _other: { f: x }\n  spare: { f: x }\n  condition: 1 of sel* or 1 of _o*' },
      ['10:3: the condition does not use the selection "spare"'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(lint(changed(changes as never))).toEqual(expected.map((each) => `0.yml:${each}`));
  });

  test('a title that is taken, in another file and in another document', () => {
    const other = changed({ 2: 'id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9' });
    expect(lint(changed({}), other)).toEqual([
      '1.yml:1:1: the title "sound" is also that of a rule in 0.yml',
    ]);
    expect(lint(`${changed({})}\n---\n${other}`)).toEqual([
      '0.yml:11:1: the title "sound" is also that of a rule in 0.yml',
    ]);
  });

  test('a filter for a rule that is not there', () => {
    const filter = `title: filter
id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9
description: tuning
logsource: { category: any }
filter:
  rules:
    - 929a690e-bef0-4204-a928-ef5e620d6fcc
    - another
  selection: { f: x }
  condition: selection
`;
    expect(lint(changed({}), filter)).toEqual([
      '1.yml:8:7: no detection rule "another" is there to be filtered',
    ]);
  });

  test('rules that the options leave out are linted too, and correlations', () => {
    expect(lint(changed({ 1: 'title: sound\nstatus: deprecated', 3: '' }))).toEqual([
      '0.yml:1:1: a description is missing',
    ]);
    const correlation =
      'title: many\nid: many\ndescription: d\ncorrelation:\n  type: event_count\n  rules: [929a690e-bef0-4204-a928-ef5e620d6fcc]\n  timespan: 1m\n  condition: { gte: 3 }\n';
    expect(lint(changed({}), correlation)).toEqual(['1.yml:2:1: the id "many" is no UUID']);
  });

  test('the command prints them so that an editor finds the place', async () => {
    const lines: string[] = [];
    const code = await checkRules(['rules/auth/wolfsec_brute_force.yml', 'rules/auth'], (line) =>
      lines.push(line),
    );
    expect([code, lines.length]).toEqual([0, 1]);
  });
});
