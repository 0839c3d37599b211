import { describe, expect, test } from 'vitest';
import { parseRuleSet } from '../../src/rule/index.ts';

const sound = `title: sound
id: sound
logsource: { category: any }
detection:
  selection: { f: a }
  condition: selection
`;

/** Lines from 1: title, id, logsource, detection, selection, the item under test at line 6, condition. */
const around = (item: string, condition = 'selection') => `title: t
id: broken
logsource: { category: any }
detection:
  selection:
    ${item}
  condition: ${condition}
`;

/** A correlation over the sound rule; the item under test stands at line 7. */
const correlated = (item: string) => `title: t
id: broken
correlation:
  type: event_count
  rules: [sound]
  timespan: 1m
  ${item}
`;

/** Name, text, code, the place `line:column`, and what the message must tell. */
type Case = readonly [
  name: string,
  text: string,
  code: 'INVALID' | 'UNSUPPORTED',
  place: string,
  tells: RegExp,
];

const cases: readonly Case[] = [
  ['a condition that stops short', around('f: a', 'selection and'), 'INVALID', '7:3', /operand is missing/],
  ['a condition with an open parenthesis', around('f: a', '(selection'), 'INVALID', '7:3', /not closed/],
  ['a condition with a stray parenthesis', around('f: a', 'selection)'), 'INVALID', '7:3', /left over/],
  [
    'two selections without an operator',
    around('f: a', 'selection selection'),
    'INVALID',
    '7:3',
    /left over/,
  ],
  ['an unknown selection', around('f: a', 'selction'), 'INVALID', '7:3', /no selection "selction"/],
  ['a pattern without selections', around('f: a', '1 of filter_*'), 'INVALID', '7:3', /filter_\*/],
  ['more than there are', around('f: a', '2 of them'), 'INVALID', '7:3', /only 1/],
  ['none of', around('f: a', '0 of them'), 'INVALID', '7:3', /from 1/],
  ['an empty condition', around('f: a', "''"), 'INVALID', '7:3', /empty/],
  ['an aggregation', around('f: a', "'selection | count() > 5'"), 'UNSUPPORTED', '7:3', /correlation/],
  ['parentheses without end', around('f: a', '('.repeat(100_000)), 'INVALID', '7:3', /deeper/],
  ['nots without end', around('f: a', `${'not '.repeat(100_000)}selection`), 'INVALID', '7:3', /deeper/],
  ['an unknown modifier', around('f|containz: a'), 'INVALID', '6:5', /"containz"/],
  ['exists with another modifier', around('f|exists|contains: true'), 'INVALID', '6:5', /stands alone/],
  ['i without re', around('f|i: a'), 'INVALID', '6:5', /"i" is for "re"/],
  ['two comparisons', around('f|gt|lt: 5'), 'INVALID', '6:5', /"gt" and "lt"/],
  ['two parts of a time', around('f|hour|minute: 5'), 'INVALID', '6:5', /"hour" and "minute"/],
  ['contains of a number', around('f|contains|gt: 5'), 'INVALID', '6:5', /do not go together/],
  ['an encoded network', around('f|cidr|base64: 10.0.0.0/8'), 'INVALID', '6:5', /do not go together/],
  ['an encoded regular expression', around("f|re|wide: 'a'"), 'INVALID', '6:5', /do not go together/],
  ['a regular expression of a network', around("f|re|cidr: 'a'"), 'INVALID', '6:5', /do not go together/],
  ['a dashed field', around('f|fieldref|windash: g'), 'INVALID', '6:5', /do not go together/],
  ['a parenthesis out of its group', around("f|re|startswith: 'a)(b'"), 'UNSUPPORTED', '6:5', /"\)"/],
  ['exists of a text', around('f|exists: maybe'), 'INVALID', '6:5', /true or false/],
  ['a look-ahead', around("f|re: 'a(?=b)'"), 'UNSUPPORTED', '6:5', /look/i],
  ['a look-behind', around("f|re: '(?<!a)b'"), 'UNSUPPORTED', '6:5', /look/i],
  ['a back-reference', around("f|re: '(a)\\1'"), 'UNSUPPORTED', '6:5', /back-?reference/i],
  ['a broken regular expression', around("f|re: 'a(b'"), 'UNSUPPORTED', '6:5', /regular expression/],
  [
    'a repetition that explodes',
    around("f|re: '((a{1000}){1000}){1000}'"),
    'UNSUPPORTED',
    '6:5',
    /too large/,
  ],
  ['a number as regular expression', around('f|re: 5'), 'INVALID', '6:5', /string/],
  ['an empty list of values', around('f: []'), 'INVALID', '6:5', /empty/],
  ['a list as value', around('f: [a, [b]]'), 'INVALID', '6:12', /must be a string/],
  ['a map as value', around('f: { a: b }'), 'INVALID', '6:5', /must be a string/],
  ['a comparison with a text', around('f|gt: many'), 'INVALID', '6:5', /number/],
  ['a comparison with null', around('f|gt: null'), 'INVALID', '6:5', /number/],
  ['a time part of a text', around('f|hour: noon'), 'INVALID', '6:5', /number/],
  ['a network with a long prefix', around('f|cidr: 10.0.0.0/33'), 'INVALID', '6:5', /CIDR/],
  ['a network of five parts', around('f|cidr: 10.0.0.0.0/8'), 'INVALID', '6:5', /CIDR/],
  ['a network out of range', around('f|cidr: 10.0.0.256/8'), 'INVALID', '6:5', /CIDR/],
  ['a network of too many groups', around("f|cidr: '1:2:3:4:5:6:7:8:9/8'"), 'INVALID', '6:5', /CIDR/],
  ['a network with half a bit', around('f|cidr: 10.0.0.0/8.5'), 'INVALID', '6:5', /CIDR/],
  ['a fieldref to nothing', around("f|fieldref: ''"), 'INVALID', '6:5', /name of a field/],
  ['a placeholder without value', around("f|expand: '%admins%'"), 'UNSUPPORTED', '6:5', /%admins%/],
  [
    'a placeholder of a name every object has',
    around("f|expand: '%constructor%'"),
    'UNSUPPORTED',
    '6:5',
    /%constructor%/,
  ],
  ['null with contains', around('f|contains: null'), 'INVALID', '6:5', /null/],
  ['base64 with a wildcard', around("f|base64: 'a*'"), 'INVALID', '6:5', /wildcard/],
  ['too many dashes', around(`f|windash: '${' -a'.repeat(9)}'`), 'INVALID', '6:5', /dashes/],
  [
    'an empty selection list',
    sound.replace('{ f: a }', '[]').replace('id: sound', 'id: broken'),
    'INVALID',
    '5:3',
    /empty list/,
  ],
  [
    'an empty selection map',
    sound.replace('{ f: a }', '{}').replace('id: sound', 'id: broken'),
    'INVALID',
    '5:3',
    /empty map/,
  ],
  [
    'a selection of null',
    sound.replace('{ f: a }', '~').replace('id: sound', 'id: broken'),
    'INVALID',
    '5:3',
    /empty/,
  ],
  [
    'no condition',
    'title: t\nid: broken\nlogsource: {}\ndetection:\n  s: { f: a }\n',
    'INVALID',
    '4:1',
    /condition/,
  ],
  ['a condition that is a map', around('f: a', '{ a: b }'), 'INVALID', '7:3', /string/],
  ['no detection', 'title: t\nid: broken\nlogsource: { category: any }\n', 'INVALID', '1:1', /detection/],
  [
    'no logsource',
    'title: t\nid: broken\ndetection: { s: { f: a }, condition: s }\n',
    'INVALID',
    '1:1',
    /logsource/,
  ],
  [
    'no title',
    'id: broken\nlogsource: {}\ndetection: { s: { f: a }, condition: s }\n',
    'INVALID',
    '1:1',
    /title/,
  ],
  [
    'an unknown level',
    around('f: a').replace('id: broken', 'id: broken\nlevel: severe'),
    'INVALID',
    '3:1',
    /level/,
  ],
  [
    'an unknown status',
    around('f: a').replace('id: broken', 'id: broken\nstatus: new'),
    'INVALID',
    '3:1',
    /status/,
  ],
  [
    'a logsource that is a text',
    around('f: a').replace('{ category: any }', 'windows'),
    'INVALID',
    '3:1',
    /logsource/,
  ],
  [
    'an alias for several fields',
    correlated('aliases: { x: { sound: [a, b] } }\n  condition: { gte: 2 }'),
    'INVALID',
    '7:19',
    /one field/,
  ],
  ['an empty bound', correlated('condition: { gte: }'), 'INVALID', '7:16', /gte.*number/],
  ['a bound that is true', correlated('condition: { gte: true }'), 'INVALID', '7:16', /gte.*number/],
  ['YAML that is none', 'title: t\ndetection: [a, b\n', 'INVALID', '3:1', /YAML/],
  ['YAML with a repeated key', 'title: t\ntitle: u\n', 'INVALID', '2:1', /YAML.*duplicat/],
  ['a list for a rule', '- a\n- b\n', 'INVALID', '1:1', /map/],
  ['a text for a rule', 'just text\n', 'INVALID', '1:1', /map/],
];

describe('rules at fault are refused with their place, and the others load', () => {
  test.each(cases)('%s', (_, text, code, place, tells) => {
    const set = parseRuleSet([
      { file: 'a.yml', text: sound },
      { file: 'broken.yml', text },
    ]);
    expect(set.detections.map(({ id }) => id)).toEqual(['sound']);
    expect(set.refused).toHaveLength(1);
    const [refused] = set.refused;
    expect(refused?.message).toMatch(tells);
    expect(refused).toMatchObject({ code: `WOLFSEC_RULE_${code}`, file: 'broken.yml' });
    expect(`${refused?.line}:${refused?.column}`).toBe(place);
    expect((refused?.message ?? '').length).toBeLessThan(1000);
  });

  test('the place is right in a later document of a file', () => {
    const set = parseRuleSet([{ file: 'two.yml', text: `${sound}---\n${around('f|containz: a')}` }]);
    expect(set.detections).toHaveLength(1);
    expect(set.refused).toMatchObject([{ line: 13, column: 5, ruleId: 'broken', title: 't' }]);
  });

  test('one broken document leaves the others of its file', () => {
    const second = sound.replaceAll('sound', 'second');
    const set = parseRuleSet([{ file: 'three.yml', text: `${sound}---\n${around('f: []')}---\n${second}` }]);
    expect(set.detections.map(({ id }) => id)).toEqual(['sound', 'second']);
    expect(set.refused).toHaveLength(1);
  });

  test('a file past the limit', () => {
    const text = `${sound}# ${'x'.repeat(4 * 1024 * 1024)}\n`;
    expect(parseRuleSet([{ file: 'big.yml', text }]).refused).toMatchObject([
      { code: 'WOLFSEC_RULE_INVALID' },
    ]);
  });

  test('aliases that grow without bound', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n');
    const text = `${sound}a0: &a0 [x, x]\n${levels}\n`;
    const set = parseRuleSet([{ file: 'bomb.yml', text }]);
    expect(set.detections.length + set.refused.length).toBe(1);
  });
});
