import { describe, expect, test } from 'vitest';
import { builtInPipelines, parsePipeline, parseRuleSet } from '../../src/rule/index.ts';
import { fired, ruleText } from './vector.ts';

const rule = ruleText('selection: { f: a, g|contains: x }\ncondition: selection', 'tags: [attack.t1059]');

/** Whether the rule, changed by the transformation, fires for the event. */
function fires(transformation: string, event: object, text = rule): boolean {
  const pipeline = parsePipeline(`transformations:\n  - ${transformation.trim().replace(/\n/g, '\n    ')}\n`);
  return fired(text, [event], { pipelines: [pipeline] })[0]?.length === 1;
}

describe('pySigma pipelines, transformations', () => {
  test('field_name_mapping, to one name and to several', () => {
    const mapping = 'type: field_name_mapping\nmapping: { f: h, g: [i, j] }';
    expect(fires(mapping, { h: 'a', i: 'x' })).toBe(true);
    expect(fires(mapping, { h: 'a', j: 'x' })).toBe(true);
    expect(fires(mapping, { f: 'a', g: 'x' })).toBe(false);
  });

  test('field_name_mapping leaves names that every object has', () => {
    const text = ruleText('selection: { constructor: a }\ncondition: selection');
    expect(fires('type: field_name_mapping\nmapping: { f: h }', { constructor: 'a' }, text)).toBe(true);
  });

  test('field_name_mapping follows fieldref', () => {
    const text = ruleText('selection: { f|fieldref: g }\ncondition: selection');
    const mapping = 'type: field_name_mapping\nmapping: { g: h }';
    expect(fires(mapping, { f: 'a', h: 'a' }, text)).toBe(true);
    expect(fires(mapping, { f: 'a', g: 'a' }, text)).toBe(false);
  });

  test('field_name_prefix_mapping', () => {
    const text = ruleText('selection: { win.a.b: x }\ncondition: selection');
    expect(fires('type: field_name_prefix_mapping\nmapping: { win.: w_ }', { 'w_a.b': 'x' }, text)).toBe(
      true,
    );
    expect(fires('type: field_name_prefix_mapping\nmapping: { lin.: w_ }', { 'win.a.b': 'x' }, text)).toBe(
      true,
    );
  });

  test('add_field_name_prefix and add_field_name_suffix', () => {
    expect(fires('type: add_field_name_prefix\nprefix: p_', { p_f: 'a', p_g: 'x' })).toBe(true);
    expect(fires('type: add_field_name_suffix\nsuffix: _s', { f_s: 'a', g_s: 'x' })).toBe(true);
    expect(fires('type: add_field_name_suffix\nsuffix: _s', { f: 'a', g: 'x' })).toBe(false);
  });

  test('field name conditions', () => {
    const only =
      'type: add_field_name_prefix\nprefix: p_\nfield_name_conditions: [{ type: include_fields, fields: [f] }]';
    expect(fires(only, { p_f: 'a', g: 'x' })).toBe(true);
    const but =
      'type: add_field_name_prefix\nprefix: p_\nfield_name_conditions: [{ type: exclude_fields, fields: [f] }]';
    expect(fires(but, { f: 'a', p_g: 'x' })).toBe(true);
  });

  test('replace_string with a group', () => {
    const text = ruleText("selection: { f: 'C:\\\\Temp' }\ncondition: selection");
    const replace = "type: replace_string\nregex: '^([A-Z]):'\nreplacement: '/mnt/\\1'";
    expect(fires(replace, { f: '/mnt/c\\temp' }, text)).toBe(true);
    expect(fires(replace, { f: 'C:\\Temp' }, text)).toBe(false);
  });

  test('replace_string takes a dollar sign as it is', () => {
    expect(fires("type: replace_string\nregex: a\nreplacement: '$1$&'", { f: '$1$&', g: 'x' })).toBe(true);
  });

  test('map_string, to one and to several', () => {
    expect(fires('type: map_string\nmapping: { a: b }', { f: 'b', g: 'x' })).toBe(true);
    expect(fires('type: map_string\nmapping: { a: [b, c] }', { f: 'c', g: 'x' })).toBe(true);
    expect(fires('type: map_string\nmapping: { a: b }', { f: 'a', g: 'x' })).toBe(false);
  });

  test('value_placeholders take their values from vars', () => {
    const pipeline = parsePipeline(
      'vars: { who: [root, adm] }\ntransformations: [{ type: value_placeholders }]',
    );
    const text = ruleText("selection: { f|expand: '%who%' }\ncondition: selection");
    expect(fired(text, [{ f: 'adm' }, { f: 'bob' }], { pipelines: [pipeline] })).toEqual([['vector'], []]);
  });

  test('wildcard_placeholders stand for anything, but where there are values', () => {
    const events = [{ f: 'root', g: 'x' }, { f: 'bob', g: 'x/y' }, { g: 'y' }];
    const found = (transformation: string, detection: string) => {
      const pipeline = parsePipeline(`vars: { who: [root] }\ntransformations: [${transformation}]`);
      const text = ruleText(`selection: { ${detection} }\ncondition: selection`);
      return fired(text, events, { pipelines: [pipeline] }).map(({ length }) => length);
    };
    const all = '{ type: wildcard_placeholders }';
    expect(found(all, "f|expand: '%who%', g|expand: 'x%rest%'")).toEqual([1, 0, 0]);
    expect(found(all, "g|expand: 'x%rest%'")).toEqual([1, 1, 0]);
    expect(found(all, "g|re|expand: '^x%rest%$'")).toEqual([1, 1, 0]);
    const one = '{ type: wildcard_placeholders, include: [rest] }';
    expect(found(one, "g|expand: 'x%rest%'")).toEqual([1, 1, 0]);
    const other = parsePipeline('transformations: [{ type: wildcard_placeholders, include: [other] }]');
    const text = ruleText("selection: { g|expand: '%rest%' }\ncondition: selection");
    expect(parseRuleSet([{ file: 'r.yml', text }], { pipelines: [other] }).refused).toHaveLength(1);
  });

  test('change_logsource', () => {
    const pipeline = parsePipeline(
      'transformations: [{ type: change_logsource, product: linux, service: sshd }]',
    );
    const set = parseRuleSet([{ file: 'r.yml', text: rule }], { pipelines: [pipeline] });
    expect(set.detections[0]?.logsource).toEqual({ product: 'linux', service: 'sshd' });
    const cased = parsePipeline('transformations: [{ type: change_logsource, product: Linux }]');
    const again = parseRuleSet([{ file: 'r.yml', text: rule }], { pipelines: [cased] });
    expect(again.detections[0]?.logsource).toEqual({ product: 'linux' });
  });

  test('add_condition', () => {
    const added = 'type: add_condition\nconditions: { h: [1, 2] }';
    expect(fires(added, { f: 'a', g: 'x', h: 2 })).toBe(true);
    expect(fires(added, { f: 'a', g: 'x' })).toBe(false);
    const modified = "type: add_condition\nconditions: { h|endswith: [.exe, .dll], i: 'C:*' }";
    expect(fires(modified, { f: 'a', g: 'x', h: 'a.dll', i: 'c:\\b' })).toBe(true);
    expect(fires(modified, { f: 'a', g: 'x', h: 'a.dll', i: 'd:\\b' })).toBe(false);
    const negated = 'type: add_condition\nnegated: true\nconditions: { h: 1, i: 2 }';
    expect(fires(negated, { f: 'a', g: 'x', h: 1, i: 3 })).toBe(true);
    expect(fires(negated, { f: 'a', g: 'x', h: 1, i: 2 })).toBe(false);
  });

  test('drop_detection_item', () => {
    const drop = 'type: drop_detection_item\nfield_name_conditions: [{ type: include_fields, fields: [g] }]';
    expect(fires(drop, { f: 'a' })).toBe(true);
    expect(fires(drop, { g: 'x' })).toBe(false);
  });

  test('drop_rule and rule_failure', () => {
    const dropped = parseRuleSet([{ file: 'r.yml', text: rule }], {
      pipelines: [parsePipeline('transformations: [{ type: drop_rule }]')],
    });
    expect([dropped.detections.length, dropped.skipped, dropped.refused.length]).toEqual([0, 1, 0]);
    const failed = parseRuleSet([{ file: 'r.yml', text: rule }], {
      pipelines: [parsePipeline('transformations: [{ type: rule_failure, message: not for us }]')],
    });
    expect(failed.refused).toMatchObject([
      { code: 'WOLFSEC_RULE_UNSUPPORTED', message: 'not for us', file: 'r.yml' },
    ]);
  });

  test('pipelines run in order of their priority', () => {
    const pipelines = [
      '{ name: late, priority: 20, transformations: [{ type: add_field_name_prefix, prefix: b_ }] }',
      '{ name: early, priority: 10, transformations: [{ type: add_field_name_prefix, prefix: a_ }] }',
    ].map((text) => parsePipeline(text));
    expect(fired(rule, [{ b_a_f: 'a', b_a_g: 'x' }], { pipelines })).toEqual([['vector']]);
  });
});

describe('correlations over rules that pass through pipelines', () => {
  const part = (id: string, category: string) =>
    `title: ${id}\nid: id-${id}\nname: ${id}\nlogsource: { category: ${category} }\ndetection: { s: { f: a }, condition: s }\n`;
  const correlation =
    'title: c\nid: c\ncorrelation:\n  type: value_count\n  rules: [one, id-two]\n  group-by: [user, who, constructor]\n' +
    '  aliases: { who: { id-one: actor, two: subject } }\n  timespan: 1m\n  condition: { field: ip, gte: 2 }\n';
  const aliases = (...transformations: string[]) => {
    const pipeline = parsePipeline(`transformations: [${transformations.join(', ')}]`);
    const text = [part('one', 'x'), part('two', 'y'), correlation].join('---\n');
    const set = parseRuleSet([{ file: 'r.yml', text }], { pipelines: [pipeline] });
    expect(set.refused).toEqual([]);
    return set.correlations[0]?.aliases;
  };

  test('their fields go by the names of each rule, aliases too', () => {
    const mapping = 'mapping: { user: [u.name, u.id], actor: a.name, ip: a.ip }';
    const condition = 'rule_conditions: [{ type: logsource, category: x }]';
    expect(aliases(`{ type: field_name_mapping, ${condition}, ${mapping} }`)).toEqual({
      who: { 'id-one': 'a.name', two: 'subject' },
      user: { one: 'u.name' },
      ip: { one: 'a.ip' },
    });
  });
  test('of two rules with one name the first is meant', () => {
    const pipeline = parsePipeline(
      'transformations: [{ type: field_name_mapping, rule_conditions: [{ type: logsource, category: x }], mapping: { user: u } }]',
    );
    const twin = part('one', 'y').replace('id-one', 'id-twin');
    const text = [part('one', 'x'), twin, part('two', 'y'), correlation].join('---\n');
    const set = parseRuleSet([{ file: 'r.yml', text }], { pipelines: [pipeline] });
    expect(set.correlations[0]?.aliases.user).toEqual({ one: 'u' });
  });
  test('what a transformation adds or drops is no name', () => {
    const kept = { who: { 'id-one': 'actor', two: 'subject' } };
    expect(aliases('{ type: add_condition, conditions: { user: x } }')).toEqual(kept);
    const dropped = 'field_name_conditions: [{ type: include_fields, fields: [user] }]';
    expect(aliases(`{ type: drop_detection_item, ${dropped} }`)).toEqual(kept);
  });
});

describe('pySigma pipelines, rule conditions', () => {
  const prefixed = { p_f: 'a', p_g: 'x' };
  const when = (conditions: string) =>
    fires(`type: add_field_name_prefix\nprefix: p_\n${conditions}`, prefixed);
  test.each([
    ['logsource', 'rule_conditions: [{ type: logsource, category: any }]', true],
    ['logsource in another case', 'rule_conditions: [{ type: logsource, category: Any }]', true],
    ['another logsource', 'rule_conditions: [{ type: logsource, product: windows }]', false],
    ['tag', 'rule_conditions: [{ type: tag, tag: attack.t1059 }]', true],
    ['another tag', 'rule_conditions: [{ type: tag, tag: attack.t1003 }]', false],
    ['is_sigma_rule', 'rule_conditions: [{ type: is_sigma_rule }]', true],
    ['both', 'rule_conditions: [{ type: logsource, category: any }, { type: tag, tag: x }]', false],
    [
      'either',
      'rule_conditions: [{ type: logsource, category: any }, { type: tag, tag: x }]\nrule_cond_op: or',
      true,
    ],
    ['not', 'rule_conditions: [{ type: tag, tag: x }]\nrule_cond_not: true', true],
  ])('%s', (_, conditions, applies) => expect(when(conditions)).toBe(applies));
});

describe('pipelines at fault', () => {
  test.each([
    [
      'a condition that no rule may have',
      'transformations: [{ type: add_condition, conditions: { f|nonsense: a } }]',
      /transformation 0 \(add_condition\): "nonsense"/,
    ],
    ['an unknown transformation', 'transformations: [{ type: nonsense }]', /transformation 0 \(nonsense\)/],
    [
      'an unknown rule condition',
      'transformations: [{ type: drop_rule, rule_conditions: [{ type: moon }] }]',
      /"moon"/,
    ],
    [
      'an unknown field condition',
      'transformations: [{ type: drop_detection_item, field_name_conditions: [{ type: moon }] }]',
      /"moon"/,
    ],
    [
      'a mapping that is a list',
      'transformations: [{ type: field_name_mapping, mapping: [a] }]',
      /needs a map/,
    ],
    ['transformations that are a map', 'transformations: { a: b }', /must be a list/],
    ['a transformation that is a text', 'transformations: [x]', /must be a map/],
    [
      'a regular expression that is none',
      "transformations: [{ type: replace_string, regex: 'a(' }]",
      /regular expression/,
    ],
    ['no regular expression', 'transformations: [{ type: replace_string }]', /needs a regex/],
    ['vars that are a text', 'vars: text', /vars must be a map/],
    ['a priority that is none', 'priority: soon', /priority must be a number/],
    ['a list', '- a', /is a map/],
    ['YAML that is none', 'a: [', /YAML/],
  ])('%s', (_, text, tells) => {
    expect(() => parsePipeline(text, 'p.yml')).toThrow(
      expect.objectContaining({
        code: 'WOLFSEC_PIPELINE_INVALID',
        message: expect.stringMatching(tells),
        location: expect.objectContaining({ file: 'p.yml' }),
      }),
    );
  });

  test('the built-in ones are sound', () => {
    for (const [name, make] of Object.entries(builtInPipelines)) expect(make().name).toBe(name);
  });
});
