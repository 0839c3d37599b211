import { afterEach, describe, expect, test } from 'vitest';
import { type Detection, ThreatDetector, type ThreatDetectorOptions } from '../../src/detect/index.ts';
import { parsePipeline } from '../../src/rule/index.ts';

const open: ThreatDetector[] = [];
afterEach(() => {
  for (const detector of open.splice(0)) detector[Symbol.dispose]();
});

const base = ['a', 'b', 'c']
  .map(
    (name) =>
      `title: ${name}\nid: id-${name}\nname: ${name}\nlogsource: { category: any }\ndetection:\n  s: { rule: ${name} }\n  condition: s\n`,
  )
  .join('---\n');
const correlation = (body: string, id = 'corr', rest = '') =>
  `---\ntitle: ${id}\nid: ${id}\nlevel: high\n${rest}\ncorrelation:\n${body.trim().replace(/^ */gm, '  ')}\n`;

async function detector(text: string, options: Partial<ThreatDetectorOptions> = {}): Promise<ThreatDetector> {
  const made = await ThreatDetector.create({ rules: [{ file: 'r.yml', text: base + text }], ...options });
  open.push(made);
  expect(made.refused).toEqual([]);
  return made;
}

const startMs = Date.UTC(2026, 10, 25);
/** An event of a rule, `at` seconds after the start. */
const event = (rule: string, at: number, fields: object = {}) => ({
  rule,
  timestamp: new Date(startMs + at * 1000).toISOString(),
  ...fields,
});
const run = (made: ThreatDetector, events: readonly object[]): Detection[] =>
  events.flatMap((each) => made.detect(each)).filter(({ kind }) => kind === 'correlation');
/** After how many of the events each correlation was raised. */
const raisedAt = (made: ThreatDetector, events: readonly object[]): number[] =>
  events.flatMap((each, i) =>
    made
      .detect(each)
      .filter(({ kind }) => kind === 'correlation')
      .map(() => i + 1),
  );

describe('Sigma Correlation Rules 2.1, counts', () => {
  const count = (condition: string, more = '') =>
    correlation(
      `type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1m\ncondition: ${condition}\n${more}`,
    );
  const as = (...ats: number[]) => ats.map((at) => event('a', at, { user: 'u' }));

  test('event_count is raised when reached, once', async () => {
    expect(raisedAt(await detector(count('{ gte: 3 }')), as(0, 10, 20, 30, 40))).toEqual([3]);
  });
  test('gt, eq and both bounds', async () => {
    expect(raisedAt(await detector(count('{ gt: 2 }')), as(0, 1, 2))).toEqual([3]);
    expect(raisedAt(await detector(count('{ eq: 2 }')), as(0, 1, 2))).toEqual([2]);
    expect(raisedAt(await detector(count('{ gte: 2, lt: 3 }')), as(0, 1, 2))).toEqual([2]);
  });
  test('events a timespan apart do not count together', async () => {
    expect(raisedAt(await detector(count('{ gte: 2 }')), as(0, 60, 120))).toEqual([]);
    expect(raisedAt(await detector(count('{ gte: 2 }')), as(0, 59))).toEqual([2]);
  });
  test('it is raised again only when it had ceased', async () => {
    expect(raisedAt(await detector(count('{ gte: 2 }')), as(0, 1, 2, 300, 301))).toEqual([2, 5]);
  });
  test('it has ceased where its window was empty, of what one hit fulfils too', async () => {
    expect(raisedAt(await detector(count('{ gte: 1 }')), as(0, 59, 120, 300))).toEqual([1, 3, 4]);
    expect(raisedAt(await detector(count('{ lt: 3 }')), as(0, 120))).toEqual([1]);
    const either = correlation('type: temporal\nrules: [a, b]\ntimespan: 1m\ncondition: a or b');
    expect(raisedAt(await detector(either), as(0, 120))).toEqual([1, 2]);
    const largest = correlation('type: value_max\nrules: [a]\ntimespan: 1m\ncondition: { field: n, gt: 9 }');
    const sizes = [0, 120].map((at) => event('a', at, { n: 10 }));
    expect(raisedAt(await detector(largest), sizes)).toEqual([1, 2]);
  });
  test('groups count each for itself, and events without the field for none', async () => {
    const made = await detector(count('{ gte: 2 }'));
    const users = ['x', 'y', undefined, undefined, 'y'];
    const raised = run(
      made,
      users.map((user, at) => event('a', at, user === undefined ? {} : { user })),
    );
    expect(raised.map(({ entities }) => entities)).toEqual([{ user: 'y' }]);
    expect(raised[0]?.correlation?.events.map(({ index }) => index)).toHaveLength(2);
  });
  test('value_count counts distinct values', async () => {
    const made = await detector(
      correlation(
        'type: value_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1m\ncondition: { field: ip, gte: 3 }',
      ),
    );
    const ips = ['1', '1', '2', '2', undefined, '3'];
    expect(
      raisedAt(
        made,
        ips.map((ip, at) => event('a', at, { user: 'u', ip })),
      ),
    ).toEqual([6]);
  });
  test('a value that repeats does not push out the others, and distinct ones have room up to the bound', async () => {
    const counting = (bound: number) =>
      correlation(`type: value_count\nrules: [a]\ntimespan: 1d\ncondition: { field: n, gte: ${bound} }`);
    const repeats = Array.from({ length: 10_500 }, (_, i) => event('a', 2 + i / 1000, { n: 2 }));
    const few = [event('a', 0, { n: 1 }), ...repeats, event('a', 20, { n: 3 })];
    expect((await detector(counting(3))).detectBatch(few).detections).toHaveLength(1);
    const many = Array.from({ length: 11_000 }, (_, n) => event('a', n / 1000, { n }));
    expect((await detector(counting(11_000))).detectBatch(many).detections).toHaveLength(1);
  });
  test('a group by a name every object has', async () => {
    const text = count('{ gte: 2 }').replace('[user]', '[constructor]');
    expect(raisedAt(await detector(text), as(0, 1))).toEqual([]);
  });
});

describe('Sigma Correlation Rules 2.1, temporal', () => {
  const temporal = (type: string, more = '') =>
    correlation(`type: ${type}\nrules: [a, b]\ngroup-by: [user]\ntimespan: 1m\n${more}`);
  const hits = (...names: string[]) => names.map((name, at) => event(name, at, { user: 'u' }));

  test('temporal takes any order', async () => {
    expect(raisedAt(await detector(temporal('temporal')), hits('b', 'b', 'a'))).toEqual([3]);
    expect(raisedAt(await detector(temporal('temporal')), hits('a', 'a'))).toEqual([]);
  });
  test('temporal_ordered takes the order of the rules', async () => {
    expect(raisedAt(await detector(temporal('temporal_ordered')), hits('b', 'a'))).toEqual([]);
    expect(raisedAt(await detector(temporal('temporal_ordered')), hits('b', 'a', 'b'))).toEqual([3]);
  });
  test('other users and other times do not come together', async () => {
    const made = await detector(temporal('temporal'));
    const apart = [event('a', 0, { user: 'u' }), event('b', 1, { user: 'v' }), event('b', 61, { user: 'u' })];
    expect(run(made, apart)).toEqual([]);
  });
  test('a boolean condition over the rules', async () => {
    const text = correlation(
      'type: temporal\nrules: [a, b, c]\ngroup-by: [user]\ntimespan: 1m\ncondition: a and (b or c)',
    );
    expect(raisedAt(await detector(text), hits('b', 'c', 'a'))).toEqual([3]);
    expect(raisedAt(await detector(text), hits('b', 'c'))).toEqual([]);
    expect(raisedAt(await detector(text), hits('a', 'c'))).toEqual([2]);
  });
  test('hits of one rule, however many, do not push out those of the others', async () => {
    const flood = Array.from({ length: 300 }, (_, i) => event('b', 1 + i / 100, { user: 'u' }));
    const [first, last] = [event('a', 0, { user: 'u' }), event('c', 10, { user: 'u' })];
    for (const type of ['temporal', 'temporal_ordered']) {
      const text = temporal(type).replace('[a, b]', '[a, b, c]');
      expect(raisedAt(await detector(text), [first, ...flood, last])).toEqual([302]);
    }
    const again = flood.map(({ timestamp }) => ({ ...first, timestamp }));
    const turned = [first, event('b', 0.5, { user: 'u' }), ...again, last];
    const ordered = temporal('temporal_ordered').replace('[a, b]', '[a, b, c]');
    expect(raisedAt(await detector(ordered), turned)).toEqual([303]);
    const without = await detector(temporal('temporal', 'condition: b and not a'));
    expect(raisedAt(without, [first, ...flood])).toEqual([]);
  });
  test('a boolean condition with not', async () => {
    const text = correlation(
      'type: temporal\nrules: [a, b]\ngroup-by: [user]\ntimespan: 1m\ncondition: a and not b',
    );
    expect(raisedAt(await detector(text), hits('b', 'a'))).toEqual([]);
    expect(raisedAt(await detector(text), hits('a'))).toEqual([1]);
  });
  test('a condition with order counts the longest row, and takes any way for it to hold', async () => {
    const ordered = (condition: string) =>
      correlation(
        `type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [user]\ntimespan: 1m\ncondition: ${condition}`,
      );
    expect(raisedAt(await detector(ordered('{ gte: 2 }')), hits('b', 'a', 'c'))).toEqual([3]);
    expect(raisedAt(await detector(ordered('{ gte: 2 }')), hits('c', 'b', 'a'))).toEqual([]);
    expect(raisedAt(await detector(ordered('{ gte: 3 }')), hits('b', 'a', 'c', 'b'))).toEqual([]);
    expect(raisedAt(await detector(ordered('{ gte: 3 }')), hits('b', 'a', 'c', 'b', 'c'))).toEqual([5]);
    expect(raisedAt(await detector(ordered('a AND b AND c')), hits('b', 'a', 'c', 'b', 'c'))).toEqual([5]);
    expect(raisedAt(await detector(ordered('a and (b or c)')), hits('b', 'a', 'c'))).toEqual([3]);
    expect(raisedAt(await detector(ordered('a and c and not b')), hits('a', 'b', 'c'))).toEqual([]);
    expect(raisedAt(await detector(ordered('a and c and not b')), hits('c', 'a'))).toEqual([]);
    expect(raisedAt(await detector(ordered('a and c and not b')), hits('c', 'a', 'c'))).toEqual([3]);
    expect(raisedAt(await detector(ordered('not (a or b) and c')), hits('c'))).toEqual([1]);
    const together = ['c', 'b', 'a'].map((name) => event(name, 0, { user: 'u' }));
    expect(raisedAt(await detector(ordered('{ gte: 3 }')), together)).toEqual([3]);
  });
  test('the rules are those of the condition where none are listed', async () => {
    const text = correlation('type: temporal\ngroup-by: [user]\ntimespan: 1m\ncondition: (a and b) or c');
    expect(raisedAt(await detector(text), hits('b', 'a'))).toEqual([2]);
    expect(raisedAt(await detector(text), hits('c'))).toEqual([1]);
  });
  test('aliases name a rule by its name or its id, as its list does or not', async () => {
    const events = [event('a', 0, { src: 'x' }), event('b', 1, { dst: 'x' })];
    for (const [rules, alias] of [
      ['[a, b]', '{ id-a: src, id-b: dst }'],
      ['[id-a, id-b]', '{ a: src, b: dst }'],
      ['[a, id-b]', '{ id-a: src, b: dst }'],
    ]) {
      const text = correlation(
        `type: temporal\nrules: ${rules}\ngroup-by: [ip]\ntimespan: 1m\naliases: { ip: ${alias} }`,
      );
      expect(raisedAt(await detector(text), events)).toEqual([2]);
    }
  });
  test('aliases join fields of other names', async () => {
    const made = await detector(temporal('temporal', 'aliases: { user: { a: src, b: dst } }'));
    expect(
      raisedAt(made, [
        event('a', 0, { src: 'x', dst: 'y' }),
        event('b', 1, { src: 'x', dst: 'y' }),
        event('b', 2, { dst: 'x' }),
      ]),
    ).toEqual([3]);
  });
});

describe('Sigma Correlation Rules 2.1, metrics', () => {
  const sizes = [10, 20, 90, '40', 'none', undefined];
  test.each([
    ['value_sum', '{ field: n, gte: 160 }', 4],
    ['value_avg', '{ field: n, gte: 40 }', 3],
    ['value_min', '{ field: n, lte: 10 }', 1],
    ['value_max', '{ field: n, gt: 80 }', 3],
    ['value_median', '{ field: n, gte: 30 }', 4],
    ['value_percentile', '{ field: n, percentile: 75, gte: 50 }', 3],
    ['value_sum', '{ field: n, gt: 160 }', 0],
  ])('%s %s', async (type, condition, at) => {
    const made = await detector(
      correlation(`type: ${type}\nrules: [a]\ntimespan: 1m\ncondition: ${condition}`),
    );
    expect(
      raisedAt(
        made,
        sizes.map((n, i) => event('a', i, { n })),
      ),
    ).toEqual(at === 0 ? [] : [at]);
  });
});

describe('Sigma Correlation Rules 2.1, value_percentile without a percentile', () => {
  const text = correlation(
    'type: value_percentile\nrules: [a]\ngroup-by: [host]\ntimespan: 1h\ncondition: { field: image, lte: 10 }',
  );
  const seen = (...images: string[]) => images.map((image, at) => event('a', at, { host: 'h', image }));
  const common = Array.from({ length: 9 }, () => 'svchost.exe');

  test('a value that is rare among those of the window, once', async () => {
    expect(raisedAt(await detector(text), seen(...common, 'odd.exe', 'svchost.exe'))).toEqual([10]);
  });
  test('each such value by itself', async () => {
    expect(raisedAt(await detector(text), seen(...common, 'odd.exe', 'rare.exe', 'rare.exe'))).toEqual([
      10, 11,
    ]);
  });
  test('not while there is little to compare with, and not in another group', async () => {
    expect(raisedAt(await detector(text), seen('odd.exe', 'svchost.exe', 'svchost.exe'))).toEqual([]);
    const apart = [...seen(...common), event('a', 10, { host: 'other', image: 'odd.exe' })];
    expect(raisedAt(await detector(text), apart)).toEqual([]);
  });
  test('a percentile belongs to this type alone', async () => {
    const wrong = text.replace('value_percentile', 'value_avg').replace('lte: 10', 'lte: 10, percentile: 5');
    const made = await ThreatDetector.create({ rules: [{ file: 'r.yml', text: base + wrong }] });
    open.push(made);
    expect(made.refused.map(({ message }) => message)).toEqual([
      '"percentile" is for value_percentile alone',
    ]);
  });
});

describe('chains and generate', () => {
  const inner = (rest = '') =>
    correlation(
      'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1m\ncondition: { gte: 2 }',
      'inner',
      `name: inner\n${rest}`,
    );
  const outer = correlation(
    'type: temporal_ordered\nrules: [inner, b]\ngroup-by: [user]\ntimespan: 5m',
    'outer',
  );
  const events = [event('a', 0, { user: 'u' }), event('a', 1, { user: 'u' }), event('b', 2, { user: 'u' })];

  test('a correlation over a correlation, written in either order', async () => {
    for (const text of [inner() + outer, outer + inner()]) {
      const ids = run(await detector(text), events).map(({ ruleId }) => ruleId);
      expect(ids).toContain('outer');
    }
  });
  test('rules under a correlation are silent unless it generates', async () => {
    const rules = async (text: string) => {
      const made = await detector(text);
      return events.flatMap((each) => made.detect(each).map(({ ruleId }) => ruleId));
    };
    expect(await rules(inner())).toEqual(['inner', 'id-b']);
    expect(await rules(inner('').replace('correlation:', 'correlation:\n  generate: true'))).toEqual([
      'id-a',
      'id-a',
      'inner',
      'id-b',
    ]);
  });
  test('a circle is refused', async () => {
    const one = correlation('type: temporal\nrules: [two, a]\ntimespan: 1m', 'one');
    const two = correlation('type: temporal\nrules: [one, a]\ntimespan: 1m', 'two');
    const made = await ThreatDetector.create({ rules: [{ file: 'r.yml', text: base + one + two }] });
    open.push(made);
    expect(made.refused.map(({ ruleId, code }) => [ruleId, code])).toEqual([
      ['one', 'WOLFSEC_RULE_INVALID'],
      ['two', 'WOLFSEC_RULE_INVALID'],
    ]);
  });
});

test('a correlation finds its fields where a pipeline puts them', async () => {
  const pipeline = parsePipeline(
    'transformations: [{ type: field_name_mapping, mapping: { rule: my.rule, user: my.user } }]',
  );
  const text = correlation(
    'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1m\ncondition: { gte: 2 }',
  );
  const made = await detector(text, { pipelines: [pipeline] });
  const events = [0, 1].map((at) => event('', at, { my: { rule: 'a', user: 'u' } }));
  expect(run(made, events).map(({ entities }) => entities)).toEqual([{ user: 'u' }]);
});

describe('time and memory', () => {
  const text = correlation(
    'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1m\ncondition: { gte: 3 }',
  );
  const at = (seconds: number, user = 'u') => event('a', seconds, { user });

  test('events out of order count at their own time', async () => {
    expect(raisedAt(await detector(text), [at(50), at(10), at(30)])).toEqual([3]);
    expect(raisedAt(await detector(text), [at(100), at(10), at(90)])).toEqual([]);
  });
  test('late events are counted as such', async () => {
    const made = await detector(text);
    run(made, [at(100), at(10), at(40)]);
    expect(made.correlationFigures.lateHits).toBe(2);
  });
  test('an event with an id of its own counts once, however often it comes', async () => {
    const known = (id: string, seconds: number) => ({ ...at(seconds), event: { id } });
    const made = await detector(text);
    expect(
      raisedAt(
        made,
        ['x', 'x', 'x', 'y', 'y'].map((id) => known(id, 0)),
      ),
    ).toEqual([]);
    // Some logs give what belongs together one id.
    expect(raisedAt(made, [known('x', 1)])).toEqual([1]);
  });
  test('temporal_ordered goes by time, not by arrival', async () => {
    const ordered = correlation('type: temporal_ordered\nrules: [a, b]\ntimespan: 1m');
    expect(raisedAt(await detector(ordered), [event('b', 10), event('a', 5)])).toEqual([2]);
  });
  test('events without a time count when they come', async () => {
    let nowMs = startMs;
    const made = await detector(text, { now: () => nowMs });
    const timeless = () => {
      nowMs += 40_000;
      return made.detect({ rule: 'a', user: 'u' }).length;
    };
    expect([timeless(), timeless(), timeless(), timeless()]).toEqual([0, 0, 0, 0]);
  });
  test('groups are bounded by rule and in all, and what is given up is counted', async () => {
    const made = await detector(text, { correlation: { groupsPerRule: 100 } });
    const users = Array.from({ length: 1000 }, (_, i) => at(i / 1000, `u${i}`));
    expect(made.detectBatch(users).detections).toEqual([]);
    expect(made.correlationFigures).toMatchObject({ groups: 100, evictedGroups: 900 });
    const all = await detector(text, { correlation: { groups: 50 } });
    all.detectBatch(users);
    expect(all.correlationFigures).toMatchObject({ groups: 50, evictedGroups: 950 });
  });
  test('hits are bounded in all, whichever rule holds them and in however few groups', async () => {
    const lone = correlation('type: event_count\nrules: [b]\ntimespan: 1d\ncondition: { gte: 1000 }', 'lone');
    const made = await detector(text + lone, { correlation: { hits: 100 } });
    made.detectBatch(Array.from({ length: 550 }, (_, i) => event('b', i / 1000)));
    expect(made.correlationFigures).toMatchObject({ hits: 50, evictedGroups: 5 });
    made.detectBatch(Array.from({ length: 49 }, (_, i) => event('b', i / 1000)));
    // The one that holds them gives way to the others.
    const users = ['x', 'y', 'z', 'x', 'y', 'z', 'x', 'y', 'z'].map((user, i) => at(i, user));
    expect(raisedAt(made, users)).toEqual([7, 8, 9]);
  });
  test('the group used last is kept', async () => {
    const made = await detector(text, { correlation: { groupsPerRule: 2 } });
    expect(raisedAt(made, [at(0, 'x'), at(1, 'y'), at(2, 'x'), at(3, 'z'), at(4, 'x')])).toEqual([5]);
  });
  test('groups whose time has run out are let go', async () => {
    const made = await detector(text);
    run(made, [
      ...Array.from({ length: 100 }, (_, i) => at(0, `u${i}`)),
      ...Array.from({ length: 99 }, (_, i) => at(1000 + i / 10, 'late')),
    ]);
    expect(made.correlationFigures).toMatchObject({ groups: 1, evictedGroups: 0 });
  });
  test('hits of one group are bounded too', async () => {
    const made = await detector(
      correlation('type: value_count\nrules: [a]\ntimespan: 1d\ncondition: { field: n, gte: 30000 }'),
    );
    const { detections } = made.detectBatch(
      Array.from({ length: 12_000 }, (_, n) => event('a', n / 1000, { n })),
    );
    expect(detections).toEqual([]);
  });
});
