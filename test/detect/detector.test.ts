import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThreatDetector } from '../../src/detect/index.ts';
import { backends } from '../parity/backends.ts';

const rule = (id: string, value: string, logsource = '{ category: any }') =>
  `title: ${id}\nid: ${id}\nlevel: high\ntags: [attack.t1059.001]\nlogsource: ${logsource}\ndetection:\n  s: { f|contains: ${value} }\n  condition: s\n`;
const source = (text: string) => [{ file: 'r.yml', text }];
const ndjson = (events: readonly object[]) =>
  Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
const coded = (code: string) => expect.objectContaining({ code });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wolfsec-detect-'));
  await writeFile(join(folder, 'one.yml'), rule('one', 'x'));
  await writeFile(join(folder, 'two.yaml'), rule('two', 'y'));
  await writeFile(join(folder, 'one.test.yml'), 'not: a rule');
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(backends.map(({ name }) => name as 'native' | 'portable'))('ThreatDetector (%s)', (backend) => {
  const make = (text: string) => ThreatDetector.create({ rules: source(text), backend });

  test('rules by folder, file, glob, list and source', async () => {
    for (const [rules, ids] of [
      [folder, ['one', 'two']],
      [join(folder, 'one.yml'), ['one']],
      [`${folder}/*.yaml`, ['two']],
      [
        [join(folder, 'two.yaml'), folder],
        ['one', 'two'],
      ],
      [source(rule('three', 'z')), ['three']],
    ] as const) {
      using detector = await ThreatDetector.create({ rules, backend });
      expect(detector.rules.map(({ id }) => id).sort()).toEqual(ids);
      expect(detector.refused).toEqual([]);
    }
  });

  test('a path that names nothing', async () => {
    for (const rules of [join(folder, 'none'), `${folder}/*.none`, join(folder, 'none.yml')]) {
      await expect(ThreatDetector.create({ rules, backend })).rejects.toThrow(
        coded('WOLFSEC_RULE_NOT_FOUND'),
      );
    }
    await expect(ThreatDetector.create({} as never)).rejects.toThrow(coded('WOLFSEC_INVALID_ARGUMENT'));
    await expect(ThreatDetector.create(undefined as never)).rejects.toThrow(
      coded('WOLFSEC_INVALID_ARGUMENT'),
    );
  });

  test('a detection tells rule, matched values, time, entities and place', async () => {
    using detector = await make(rule('r', 'evil'));
    const event = {
      '@timestamp': '2026-11-25T01:02:03.004Z',
      f: ['fine', 'an EVIL thing'],
      host: { name: 'h1' },
      user: { name: 'bob' },
      source: { ip: '10.1.2.3' },
      event: { id: 'e-1' },
    };
    expect(detector.detect(event, { source: 'a.log', firstLine: 7 })).toEqual([
      {
        kind: 'rule',
        ruleId: 'r',
        title: 'r',
        level: 'high',
        tags: ['attack.t1059.001'],
        matched: [{ field: 'f', value: 'an EVIL thing' }],
        eventTimeMs: Date.UTC(2026, 10, 25, 1, 2, 3, 4),
        event: { index: 0, source: 'a.log', line: 7, id: 'e-1' },
        entities: { 'host.name': 'h1', 'user.name': 'bob', 'source.ip': '10.1.2.3' },
      },
    ]);
  });

  test('an event as object, text, bytes, and JSON over several lines', async () => {
    using detector = await make(rule('r', 'x'));
    const text = JSON.stringify({ f: 'x', more: ['ä'] }, undefined, 2);
    for (const event of [{ f: 'x' }, text, Buffer.from(text), new Uint8Array(Buffer.from('{"f":"x"}'))]) {
      expect(detector.detect(event)).toHaveLength(1);
    }
    expect(detector.detect({ f: `${'ä'.repeat(200_000)}x` })).toHaveLength(1);
    expect(detector.detect({ f: 'y' })).toEqual([]);
    expect(detector.detect(Object.assign(Object.create({ f: 'x' }), { g: 1 }))).toEqual([]);
  });

  test('what is no event', async () => {
    using detector = await make(rule('r', 'x'));
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    for (const event of ['{', '[]', '1', [], circle, { big: 1n }, Buffer.from([0xff])]) {
      expect(() => detector.detect(event as object)).toThrow(coded('WOLFSEC_EVENT_INVALID'));
    }
    for (const event of [undefined, () => 1]) {
      expect(() => detector.detect(event as never)).toThrow(coded('WOLFSEC_INVALID_ARGUMENT'));
    }
    for (const batch of ['{}', {}, undefined, 5]) {
      expect(() => detector.detectBatch(batch as never)).toThrow(coded('WOLFSEC_INVALID_ARGUMENT'));
      await expect(detector.processBatch(batch as never)).rejects.toThrow(coded('WOLFSEC_INVALID_ARGUMENT'));
    }
    for (const event of ['', ' ', Buffer.alloc(0)]) {
      expect(() => detector.detect(event)).toThrow(coded('WOLFSEC_EVENT_INVALID'));
    }
  });

  test('a batch: bytes or objects, on this thread or off it, the same in the same order', async () => {
    using detector = await make([rule('x', 'x'), rule('y', 'y')].join('---\n'));
    const events = Array.from({ length: 9000 }, (_, n) => ({
      n,
      f: n % 7 === 0 ? 'xy' : n % 3 === 0 ? 'y' : 'z',
      pad: 'p'.repeat(80),
    }));
    const bytes = Buffer.concat([
      ndjson(events.slice(0, 5000)),
      Buffer.from('\nbroken\n\n'),
      ndjson(events.slice(5000)),
    ]);
    const one = detector.detectBatch(bytes, { firstLine: 1 });
    const two = await detector.processBatch(bytes, { firstLine: 1 });
    expect(bytes.length).toBeGreaterThan(3 * 256 * 1024);
    expect(two).toEqual(one);
    expect(one.events).toBe(9000);
    expect(one.faults).toEqual([{ code: 'WOLFSEC_EVENT_INVALID', message: 'not valid JSON', line: 5000 }]);
    const lines = one.detections.map(({ event }) => event.line as number);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(one.detections.find(({ event }) => event.index > 5001)?.event.index).toBe(5003);
    const objects = detector.detectBatch(events);
    expect(objects.detections.map(({ ruleId }) => ruleId)).toEqual(
      one.detections.map(({ ruleId }) => ruleId),
    );
    expect(await detector.processBatch(events)).toEqual(objects);
    expect(detector.detectBatch(Buffer.alloc(0))).toEqual({
      events: 0,
      detections: [],
      faults: [],
      texts: new Map(),
    });
    expect(await detector.processBatch([])).toEqual({
      events: 0,
      detections: [],
      faults: [],
      texts: new Map(),
    });
  });

  test('lineOf gives the lines of the source', async () => {
    using detector = await make(rule('r', 'x'));
    const { detections } = detector.detectBatch([{ f: 'a' }, { f: 'x' }], { lineOf: (line) => 100 + line });
    expect(detections.map(({ event }) => event)).toEqual([{ index: 1, line: 101 }]);
  });

  test('reload takes effect at once, and batches under way keep their rules', async () => {
    using detector = await make(rule('old', 'x'));
    const events = ndjson(Array.from({ length: 20_000 }, () => ({ f: 'x', pad: 'p'.repeat(60) })));
    const underWay = [detector.processBatch(events), detector.processBatch(events)];
    const reloading = detector.reload({ rules: source(rule('new', 'x')) });
    expect(detector.detect({ f: 'x' }).map(({ ruleId }) => ruleId)).toEqual(['old']);
    await reloading;
    expect(detector.detect({ f: 'x' }).map(({ ruleId }) => ruleId)).toEqual(['new']);
    const behind = await detector.processBatch(events);
    for (const { detections } of await Promise.all(underWay)) {
      expect(detections).toHaveLength(20_000);
      expect(new Set(detections.map(({ ruleId }) => ruleId))).toEqual(new Set(['old']));
    }
    expect(new Set(behind.detections.map(({ ruleId }) => ruleId))).toEqual(new Set(['new']));
  });

  test('a reload that fails leaves the old rules', async () => {
    using detector = await make(rule('old', 'x'));
    await expect(detector.reload({ rules: join(folder, 'none') })).rejects.toThrow(
      coded('WOLFSEC_RULE_NOT_FOUND'),
    );
    expect(detector.detect({ f: 'x' }).map(({ ruleId }) => ruleId)).toEqual(['old']);
  });

  test('disposed of: batches under way end, later calls throw', async () => {
    const detector = await make(rule('r', 'x'));
    const underWay = detector.processBatch(
      ndjson(Array.from({ length: 20_000 }, () => ({ f: 'x', pad: 'p'.repeat(60) }))),
    );
    detector[Symbol.dispose]();
    detector[Symbol.dispose]();
    expect((await underWay).detections).toHaveLength(20_000);
    const disposed = coded('WOLFSEC_DISPOSED');
    expect(() => detector.detect({})).toThrow(disposed);
    expect(() => detector.detectBatch([])).toThrow(disposed);
    expect(() => detector.rules).toThrow(disposed);
    await expect(detector.processBatch([])).rejects.toThrow(disposed);
    await expect(detector.reload()).rejects.toThrow(disposed);
  });

  test('the logsource of the events prunes', async () => {
    using detector = await make(
      [
        rule('proc', 'x', '{ product: windows, category: process_creation }'),
        rule('all', 'x', '{ product: windows }'),
        rule('web', 'x', '{ category: webserver }'),
      ].join('---\n'),
    );
    const ids = (logsource?: object) =>
      detector.detect({ f: 'x' }, logsource ? { logsource } : {}).map(({ ruleId }) => ruleId);
    expect(ids({ product: 'windows', category: 'process_creation' })).toEqual(['proc', 'all']);
    expect(ids({ product: 'windows' })).toEqual(['all']);
    expect(ids({ product: 'solaris' })).toEqual([]);
    expect(ids()).toEqual(['proc', 'all', 'web']);
  });

  test('the cache folder: written, used, rebuilt when damaged, shared by writers', async () => {
    const cacheFolder = join(folder, `cache-${backend}`);
    const load = () => ThreatDetector.create({ rules: source(rule('r', 'x')), cacheFolder, backend });
    const check = async () => {
      using detector = await load();
      expect(detector.detect({ f: 'x' })).toHaveLength(1);
      expect(detector.rules).toMatchObject([{ id: 'r', title: 'r', level: 'high' }]);
    };
    await Promise.all([check(), check(), check(), check()]);
    const files = await readdir(cacheFolder);
    expect(files).toHaveLength(1);
    const file = join(cacheFolder, files[0] as string);
    const good = await readFile(file, 'utf8');
    for (const bad of [
      '',
      'x',
      good.slice(0, -5),
      good.replace('"r"', '"q"'),
      `${good}x`,
      '\0'.repeat(200),
    ]) {
      await writeFile(file, bad);
      await check();
      expect(await readFile(file, 'utf8')).toBe(good);
    }
    const other = await ThreatDetector.create({ rules: source(rule('other', 'x')), cacheFolder, backend });
    expect(other.detect({ f: 'x' })[0]?.ruleId).toBe('other');
    other[Symbol.dispose]();
  });

  test('a detector out of the cache tells what one without does', async () => {
    const cacheFolder = join(folder, `same-${backend}`);
    const text = [
      rule('ä', 'x').replace('title: ä', 'title: "ä 😀"\nname: named\ndescription: d'),
      rule('two', 'y').replace('f|contains: y', () => "f|re: '^[y-z]+$'"),
      rule('bad', 'z').replace('f|contains', 'f|nonsense'),
      'title: both\nid: both\ncorrelation: { type: temporal, rules: [named, two], timespan: 1m, generate: true }\n',
    ].join('---\n');
    const events = [{ f: 'x' }, { f: 'yz' }, { f: 'q' }];
    const told = async () => {
      using detector = await ThreatDetector.create({
        rules: source(text),
        cacheFolder,
        backend,
        now: () => 5,
      });
      const { detections } = detector.detectBatch(events);
      expect(detections.map(({ ruleId }) => ruleId)).toEqual(['ä', 'two', 'both']);
      return [detections, detector.rules, detector.correlations, detector.refused];
    };
    const cold = await told();
    expect(await told()).toEqual(cold);
    expect(cold[1]).toMatchObject([{ title: 'ä 😀', name: 'named', description: 'd' }, { id: 'two' }]);
  });

  test('every byte of a rule counts for the cache, and its folder keeps the newest bundles', async () => {
    const cacheFolder = join(folder, `bytes-${backend}`);
    const file = join(folder, `edited-${backend}.yml`);
    for (const value of 'abcdefghijkl') {
      await writeFile(file, rule('r', value));
      using detector = await ThreatDetector.create({ rules: file, cacheFolder, backend });
      expect(detector.detect({ f: value })).toHaveLength(1);
      expect(detector.detect({ f: '-' })).toEqual([]);
    }
    expect(await readdir(cacheFolder)).toHaveLength(8);
    await rm(file);
  });

  test('a folder is searched to its depths, through links, circles and hidden folders aside', async () => {
    const root = join(folder, `tree-${backend}`);
    await mkdir(join(root, 'a', 'b.yml'), { recursive: true });
    await mkdir(join(root, '.git'));
    await writeFile(join(root, '.git', 'x.yml'), rule('hidden', 'x'));
    await writeFile(join(root, 'a', 'b.yml', 'deep.yaml'), rule('deep', 'x'));
    await writeFile(join(root, 'a', 'note.txt'), 'no rule');
    await symlink(join(folder, 'one.yml'), join(root, 'linked.yml'));
    await symlink(join(root, 'nowhere'), join(root, 'dangling.yml'));
    for (const paths of [root, `${root}/`]) {
      using detector = await ThreatDetector.create({ rules: paths, backend });
      expect(detector.rules.map(({ id }) => id)).toEqual(['deep', 'one']);
    }
    await rm(root, { recursive: true });
  });

  test('a cache folder that cannot be written is no obstacle', async () => {
    const blocked = join(folder, 'one.yml', 'below-a-file');
    using detector = await ThreatDetector.create({
      rules: source(rule('r', 'x')),
      cacheFolder: blocked,
      backend,
    });
    expect(detector.detect({ f: 'x' })).toHaveLength(1);
  });
});
