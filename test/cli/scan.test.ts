import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativeAvailable } from '../../src/backend/select.ts';
import { withoutNative } from '../parity/backends.ts';
import { sharedData, withoutSharedData } from '../shared-data.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;
const at = (name: string) => join(folder, name);

const rules = `title: Evil seen
id: evil
level: high
tags: [attack.t1059]
logsource: { category: any }
detection:
  s: { f|contains: evil }
  condition: s
`;
const hit = '{"f":"so evil"}';
const miss = '{"f":"fine"}';
/** As where archives were put together: a frame, one that decompressors skip, a frame. */
const frames = Buffer.concat([
  zstdCompressSync(Buffer.from(`${hit}\n${miss}\n`)),
  Buffer.from('502a4d1803000000616263', 'hex'),
  zstdCompressSync(Buffer.from(`${hit}\n`)),
]);

/** Put into a run, it says at the end how much memory that took at most. */
const tellsMemory =
  "process.on('exit', () => process.stderr.write(JSON.stringify({ maxRssKib: process.resourceUsage().maxRSS }) + '\\n'))";

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as its users do. */
function scan(
  args: readonly string[],
  { input, env = {} }: { input?: string | Buffer; env?: object } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'scan', ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const json = (...args: string[]) => scan([...args, '-r', 'rules.yml', '-o', 'json']);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wolfsec-scan-'));
  await mkdir(at('logs/deep'), { recursive: true });
  await Promise.all([
    writeFile(at('rules.yml'), rules),
    writeFile(at('logs/a.ndjson'), `${miss}\n${hit}\n`),
    writeFile(at('logs/deep/b.json'), `${hit}\r\n${miss}\r\n`),
    writeFile(at('fine.ndjson'), `${miss}\n`),
    writeFile(at('hit.gz'), gzipSync(`${hit}\n`)),
    writeFile(at('hit.zst'), zstdCompressSync(Buffer.from(`${hit}\n`))),
    writeFile(at('frames.zst'), frames),
    writeFile(at('frame-cut.zst'), frames.subarray(0, -1)),
    writeFile(
      at('cut.gz'),
      gzipSync(
        Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"f":"evil${Math.sin(n)}"}\n`).join(''),
      ).subarray(0, 100_000),
    ),
    writeFile(at('cut.zst'), zstdCompressSync(Buffer.from(`${hit}\n`.repeat(1000))).subarray(0, 20)),
    writeFile(at('not.gz'), 'plain text'),
    writeFile(at('unknown.log'), 'Lorem ipsum dolor sit amet\nconsectetur adipiscing elit\n'),
    writeFile(
      at('odd.ndjson'),
      Buffer.concat([
        Buffer.from(`\ufeff${hit}\r\n\r\n{"f":"a\0evil"}\n{"f":"`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(
          `"}\n{broken\n[1]\n${'['.repeat(100_000)}\n{"f":"evil","f":"fine"}\n{"f":"x","f":"evil"}\n${hit}`,
        ),
      ]),
    ),
    writeFile(
      at('broken.yml'),
      `${rules}---\n${rules.replace('condition: s', 'condition: s and').replace('id: evil', 'id: b')}`,
    ),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

test('what a log says does nothing to the terminal', async () => {
  const nasty = 'evil\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';
  await writeFile(at('nasty\u001b[1m.ndjson'), `${JSON.stringify({ f: nasty })}\n{broken\n`);
  const { out } = await scan(['nasty\u001b[1m.ndjson', '-r', 'rules.yml'], { env: { NO_COLOR: '1' } });
  expect(out).toContain('f=evil\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202e');
  expect(out).toContain('nasty\\x1b[1m.ndjson:1');
  expect(out).toContain('nasty\\x1b[1m.ndjson:2');
  expect(out.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
});

describe('exit codes', () => {
  test('0 without a finding, 1 with one', async () => {
    expect((await json('fine.ndjson')).code).toBe(0);
    expect((await json('logs/a.ndjson')).code).toBe(1);
  });
  test('--fail-on', async () => {
    expect((await json('logs/a.ndjson', '--fail-on', 'high')).code).toBe(1);
    expect((await json('logs/a.ndjson', '--fail-on', 'critical')).code).toBe(0);
    expect((await json('logs/a.ndjson', '--fail-on', 'never')).code).toBe(0);
  });
  test.each([
    [['none.log'], 'none.log'],
    [['*.none'], '\\*.none'],
    [['fine.ndjson', '-r', 'none.yml'], 'none.yml'],
    [['fine.ndjson', '--format', 'evtx'], 'evtx'],
    [['fine.ndjson', '--fail-on', 'severe'], 'severe'],
    [['fine.ndjson', '--pipeline', 'constructor'], 'constructor'],
    [[], 'files'],
    [['unknown.log'], 'format is not known'],
  ])('2 for %j', async (args, tells) => {
    const { code, out, err } = await scan(args);
    expect(code).toBe(2);
    expect(out + err).toMatch(new RegExp(tells));
    expect(out + err).not.toMatch(/\n\s+at /);
  });
});

describe('inputs', () => {
  const found = async (...args: string[]) => {
    const { out } = await json(...args);
    return lines(out).map(({ ruleId, event }) => [ruleId, (event as { line: number }).line]);
  };
  test('a folder, a glob, several files', async () => {
    expect(await found('logs')).toEqual([
      ['evil', 2],
      ['evil', 1],
    ]);
    expect(await found('logs/**/*.json')).toEqual([['evil', 1]]);
    expect(await found('fine.ndjson', 'logs/a.ndjson')).toEqual([['evil', 2]]);
  });
  test('.gz and .zst', async () => {
    expect(await found('hit.gz')).toEqual([['evil', 1]]);
    expect(await found('hit.zst')).toEqual([['evil', 1]]);
    expect(await found('frames.zst')).toEqual([
      ['evil', 1],
      ['evil', 3],
    ]);
  });
  test('standard input, and text formats', async () => {
    const { code, out } = await scan(['-', '-r', 'rules.yml', '-o', 'json'], {
      input: 'a=1\n\nf="an evil one" b=2\n',
    });
    expect(code).toBe(1);
    expect(lines(out)).toMatchObject([
      {
        ruleId: 'evil',
        level: 'high',
        matched: [{ field: 'f', value: 'an evil one' }],
        event: { source: '-', line: 3 },
      },
    ]);
  });
  test('the table and its summary', async () => {
    const { code, out } = await scan(['logs', '-r', 'rules.yml']);
    expect(code).toBe(1);
    expect(out).toContain('Evil seen');
    expect(out).toMatch(/high/);
    expect(out).toMatch(/T1059/i);
    expect(out).toMatch(/4 events/);
  });
});

describe('bad input', () => {
  test('a truncated archive is read up to the cut, and told', async () => {
    const { code, out, err } = await json('cut.gz', 'logs/a.ndjson');
    expect(code).toBe(1);
    expect(lines(err)).toMatchObject([{ source: 'cut.gz', code: 'WOLFSEC_INPUT_DAMAGED' }]);
    const events = lines(out).map(({ event }) => event as { source: string; line: number });
    expect(events.at(-1)).toMatchObject({ source: 'logs/a.ndjson' });
    const before = events.filter(({ source }) => source === 'cut.gz').map(({ line }) => line);
    expect(before.length).toBeGreaterThan(1000);
    expect(before).toEqual(before.map((_, n) => n + 1));
    for (const [damaged, exit] of [
      ['cut.zst', 2],
      ['frame-cut.zst', 1],
      ['not.gz', 2],
    ] as const) {
      const told = await json(damaged);
      expect([damaged, told.code]).toEqual([damaged, exit]);
      expect(lines(told.err)).toMatchObject([{ source: damaged, code: 'WOLFSEC_INPUT_DAMAGED' }]);
    }
  });
  test('byte order mark, CRLF, NUL, invalid UTF-8, deep nesting, repeated keys', async () => {
    const { out, err } = await json('odd.ndjson');
    expect(lines(out).map(({ event }) => (event as { line: number }).line)).toEqual([1, 9, 10]);
    expect(lines(err).map(({ line, code, message }) => [line, code, message])).toEqual([
      [3, 'WOLFSEC_EVENT_INVALID', 'not valid JSON'],
      [4, 'WOLFSEC_EVENT_INVALID', 'not valid UTF-8'],
      [5, 'WOLFSEC_EVENT_INVALID', 'not valid JSON'],
      [6, 'WOLFSEC_EVENT_INVALID', 'not a JSON object'],
      [7, 'WOLFSEC_EVENT_INVALID', 'not valid JSON'],
    ]);
  });
  test('a broken rule is told with its place; the others scan', async () => {
    const { code, err } = await scan(['logs', '-r', 'broken.yml', '-o', 'json']);
    expect(code).toBe(1);
    expect(err).toMatch(/^broken\.yml:17:3: WOLFSEC_RULE_INVALID: /m);
  });
  test('a line of 100 MB is passed over in bounded memory', { timeout: 120_000 }, async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const whole = function* () {
      yield `${hit}\n{"f":"`;
      for (let i = 0; i < 100; i++) yield chunk;
      yield `"}\n${hit}\n`;
    };
    await pipeline(Readable.from(whole()), createGzip({ level: 1 }), createWriteStream(at('long.gz')));
    const { code, out, err } = await scan(['long.gz', '-r', 'rules.yml', '-o', 'json'], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellsMemory)}` },
    });
    const [fault, memory] = lines(err);
    expect(fault).toMatchObject({ source: 'long.gz', line: 2, code: 'WOLFSEC_EVENT_INVALID' });
    expect(memory?.maxRssKib).toBeLessThan(400 * 1024);
    expect(lines(out).map(({ event }) => (event as { line: number }).line)).toEqual([1, 3]);
    expect(code).toBe(1);
  });
});

describe('both back ends', () => {
  const events = sharedData('events');
  const reason = events ? (nativeAvailable() ? undefined : withoutNative) : withoutSharedData;
  test.skipIf(reason !== undefined)(
    `find the same in the public events${reason ? `: ${reason}` : ''}`,
    { timeout: 240_000 },
    async () => {
      const files = (await readdir(events as string)).filter((name) =>
        /\.(ndjson|json|log)(\.gz)?$/.test(name),
      );
      const args = [...files.map((name) => join(events as string, name)), '-o', 'json', '--fail-on', 'never'];
      const [native, portable] = await Promise.all(
        ['native', 'portable'].map((name) => scan(args, { env: { WOLFSEC_BACKEND: name } })),
      );
      expect(native?.out.length).toBeGreaterThan(0);
      expect(portable).toEqual(native);
    },
  );
});
