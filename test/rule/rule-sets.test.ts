import { describe, expect, test } from 'vitest';
import { parseRuleSet } from '../../src/rule/index.ts';
import { fired, ruleText } from './vector.ts';

const rule = (id: string, rest = '', field = 'f: a') =>
  `title: ${id}\nid: ${id}\nlogsource: { category: any }\n${rest}\ndetection:\n  selection: { ${field} }\n  condition: selection\n`;
const ids = (text: string, options = {}) =>
  parseRuleSet([{ file: 'rules.yml', text }], options).detections.map(({ id }) => id);

describe('Sigma Rules 2.1, collections', () => {
  const global = `action: global
title: shared
logsource: { category: any }
detection:
  selection: { f: a }
  condition: selection and extra
`;
  const part = (id: string, value: string) => `id: ${id}\ndetection: { extra: { g: ${value} } }\n`;

  test('global is merged into what follows', () => {
    const found = fired([global, part('one', 'b'), part('two', 'c')].join('---\n'), [
      { f: 'a', g: 'b' },
      { f: 'a', g: 'c' },
      { f: 'x', g: 'c' },
    ]);
    expect(found).toEqual([['one'], ['two'], []]);
  });

  test('a later global adds to the first', () => {
    const later = 'action: global\nlevel: high\n';
    const { detections } = parseRuleSet([
      { file: 'r.yml', text: [global, part('one', 'b'), later, part('two', 'c')].join('---\n') },
    ]);
    expect(detections.map(({ id, level }) => [id, level])).toEqual([
      ['one', 'medium'],
      ['two', 'high'],
    ]);
  });

  test('reset forgets what was global', () => {
    const set = parseRuleSet([
      { file: 'r.yml', text: [global, 'action: reset\n', part('one', 'b')].join('---\n') },
    ]);
    expect([set.detections.length, set.refused.length]).toEqual([0, 1]);
  });

  test('repeat takes the rule before and changes it', () => {
    const repeat = 'action: repeat\nid: again\ndetection: { selection: { f: b } }\n';
    const found = fired(`${rule('first')}---\n${repeat}`, [{ f: 'a' }, { f: 'b' }]);
    expect(found).toEqual([['first'], ['again']]);
  });

  test('global ends with its file', () => {
    const set = parseRuleSet([
      { file: 'a.yml', text: global },
      { file: 'b.yml', text: part('one', 'b') },
    ]);
    expect([set.detections.length, set.refused.length]).toEqual([0, 1]);
  });
});

describe('Sigma Rules 2.1, attributes', () => {
  test('related, tags, references and the rest are kept', () => {
    const text = rule(
      'r',
      'name: short\nrelated: [{ id: old, type: obsolete }]\ntags: [attack.t1059]\nreferences: [https://example.org]\nfalsepositives: none\nauthor: me\ndescription: d\nstatus: Stable\nlevel: HIGH',
    );
    expect(parseRuleSet([{ file: 'r.yml', text }]).detections[0]).toMatchObject({
      name: 'short',
      related: [{ id: 'old', type: 'obsolete' }],
      tags: ['attack.t1059'],
      references: ['https://example.org'],
      falsePositives: ['none'],
      author: 'me',
      description: 'd',
      status: 'stable',
      level: 'high',
      file: 'r.yml',
    });
  });

  test('status selects', () => {
    const text = ['stable', 'test', 'experimental', 'deprecated', 'unsupported']
      .map((status) => rule(status, `status: ${status}`))
      .join('---\n');
    expect(ids(text)).toEqual(['stable', 'test', 'experimental']);
    expect(ids(text, { statuses: ['deprecated'] })).toEqual(['deprecated']);
    expect(parseRuleSet([{ file: 'r.yml', text }]).skipped).toBe(2);
  });

  test('level selects; rules without one are medium', () => {
    const text = ['informational', 'low', 'medium', 'high', 'critical']
      .map((level) => rule(level, `level: ${level}`))
      .join('---\n');
    expect(ids(text, { minLevel: 'high' })).toEqual(['high', 'critical']);
    expect(ids(rule('plain'), { minLevel: 'medium' })).toEqual(['plain']);
    expect(ids(rule('plain'), { minLevel: 'high' })).toEqual([]);
  });

  test('a low rule that a correlation is over is loaded all the same', () => {
    const correlation =
      'title: c\nid: c\nlevel: high\ncorrelation: { type: event_count, rules: [low], timespan: 1m, condition: { gte: 2 } }\n';
    const set = parseRuleSet([{ file: 'r.yml', text: `${rule('low', 'level: low')}---\n${correlation}` }], {
      minLevel: 'high',
    });
    expect([set.detections.length, set.correlations.length, set.refused.length]).toEqual([1, 1, 0]);
  });

  test('a low rule is left out where the correlation over it is, too', () => {
    const over = (rules: string, level: string, id = 'c') =>
      `title: ${id}\nid: ${id}\nlevel: ${level}\ncorrelation: { type: temporal, rules: [${rules}], timespan: 1m }\n`;
    const loaded = (...texts: string[]) => {
      const text = [rule('low', 'level: low'), ...texts].join('---\n');
      const { detections, correlations, skipped } = parseRuleSet([{ file: 'r.yml', text }], {
        minLevel: 'high',
      });
      return [...detections, ...correlations].map(({ id }) => id).concat(String(skipped));
    };
    expect(loaded(over('low', 'medium'))).toEqual(['2']);
    expect(loaded(over('low, gone', 'high'))).toEqual(['1']);
    expect(loaded(over('low', 'medium'), over('c', 'low', 'd'))).toEqual(['3']);
    expect(loaded(over('low', 'medium'), over('c', 'high', 'd'))).toEqual(['low', 'c', 'd', '0']);
  });

  test('an id that comes twice is refused the second time, naming the first file', () => {
    const set = parseRuleSet([
      { file: 'a.yml', text: rule('same') },
      { file: 'b.yml', text: rule('same') },
    ]);
    expect(set.detections).toHaveLength(1);
    expect(set.refused).toMatchObject([
      { file: 'b.yml', line: 2, column: 1, message: expect.stringContaining('a.yml') },
    ]);
  });
});

describe('Sigma Filters 2.1', () => {
  const filter = (condition: string, rules = '[vector]', logsource = '{ category: any }') =>
    `title: filter\nid: filter\nlogsource: ${logsource}\nfilter:\n  rules: ${rules}\n  admin: { u: root }\n  host: { h: x }\n  condition: ${condition}\n`;
  const events = [
    { f: 'a', u: 'root' },
    { f: 'a', u: 'bob' },
    { f: 'a', u: 'root', h: 'x' },
  ];
  const found = (text: string) =>
    fired(`${ruleText('selection: { f: a }\ncondition: selection')}---\n${text}`, events).map(
      (each) => each.length === 1,
    );

  test('what the condition holds for is suppressed', () =>
    expect(found(filter('admin'))).toEqual([false, true, false]));
  test('the other spelling, with not', () =>
    expect(found(filter('not admin'))).toEqual([false, true, false]));
  test('the other spelling, with several', () => {
    expect(found(filter('not admin and not host'))).toEqual([false, true, false]);
    expect(found(filter('not (admin or host) and not host'))).toEqual([false, true, false]);
    expect(found(filter('not admin or not host'))).toEqual([true, true, false]);
    expect(found(filter('admin and not host'))).toEqual([false, true, true]);
  });
  test('a condition of several', () => expect(found(filter('admin and host'))).toEqual([true, true, false]));
  test('rules: any', () => expect(found(filter('admin', 'any'))).toEqual([false, true, false]));
  test('other rules stay as they are', () =>
    expect(found(filter('admin', '[another]'))).toEqual([true, true, true]));
  test('another logsource is not meant', () =>
    expect(found(filter('admin', 'any', '{ product: windows }'))).toEqual([true, true, true]));
  test('a filter without rules is refused', () => {
    const text = filter('admin').replace('  rules: [vector]\n', '');
    expect(parseRuleSet([{ file: 'f.yml', text }]).refused).toMatchObject([
      { line: 4, code: 'WOLFSEC_RULE_INVALID' },
    ]);
  });
});
