import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
/** More than two chunks of 64 KiB, and not a whole number of them. */
const text = Buffer.from(Array.from({ length: 150_001 }, (_, i) => (i * 31) & 0xff));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wolfsec-seal-'));
  writeFileSync(join(folder, 'plain'), text);
  writeKey('key', 7);
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeKey(name: string, byte: number, mode = 0o600): void {
  writeFileSync(join(folder, name), `${Buffer.alloc(32, byte).toString('base64url')}\n`, { mode });
}

function wolfsec(args: readonly string[], input?: Buffer) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, input });
  return { code: status, out: stdout, err: stderr.toString() };
}

function done(args: readonly string[], input?: Buffer): Buffer {
  const { code, out, err } = wolfsec(args, input);
  // Nothing on standard error: where that is no terminal there is no progress bar.
  expect([code, err]).toEqual([0, '']);
  return out;
}

const file = (name: string) => readFileSync(join(folder, name));
const names = () => readdirSync(folder).sort();

test('keygen, seal and open: a file comes back as it was', () => {
  done(['keygen', 'made']);
  expect(file('made').toString()).toMatch(/^[\w-]{43}\n$/);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o600);
  done(['seal', 'plain', '-k', 'made']);
  expect(file('plain.sealed').includes(text.subarray(0, 32))).toBe(false);
  rmSync(join(folder, 'plain'));
  done(['open', 'plain.sealed', '-k', 'made']);
  expect(file('plain').equals(text)).toBe(true);
  expect(names()).toEqual(['key', 'made', 'plain', 'plain.sealed']);
});

test('seal and open: from standard input to standard output', () => {
  const sealed = done(['seal', '-', '-k', 'key'], text);
  expect(done(['open', '-', '-k', 'key'], sealed).equals(text)).toBe(true);
});

test('open: standard output ends before what was changed, and the failure is told once', () => {
  const long = Buffer.alloc(512 << 10, 5);
  const sealed = done(['seal', '-', '-k', 'key'], long);
  sealed[sealed.length - 10] = (sealed.at(-10) as number) ^ 1;
  const { code, out, err } = wolfsec(['open', '-', '-k', 'key'], sealed);
  expect([code, err]).toEqual([2, expect.stringMatching(/^wolfsec: WOLFSEC_OPEN_FAILED: .*\n$/)]);
  expect(out.length).toBeLessThan(long.length);
  expect(long.subarray(0, out.length).equals(out)).toBe(true);
});

test('keygen: an existing file is never overwritten', () => {
  const before = file('key');
  const { code, err } = wolfsec(['keygen', 'key']);
  expect(code).toBe(2);
  expect(err).toMatch(/WOLFSEC_INVALID_ARGUMENT.*EEXIST/);
  expect(file('key')).toEqual(before);
});

test('open: another key opens nothing, and leaves nothing', () => {
  writeKey('other', 8);
  done(['seal', 'plain', '-k', 'key']);
  rmSync(join(folder, 'plain'));
  const { code, out, err } = wolfsec(['open', 'plain.sealed', '-k', 'other']);
  expect([code, out.length]).toEqual([2, 0]);
  expect(err).toContain('WOLFSEC_OPEN_FAILED');
  expect(err).not.toMatch(/\n\s+at /);
  expect(names()).toEqual(['key', 'other', 'plain.sealed']);
});

test('open: a file that was cut leaves nothing, wherever it was cut', () => {
  done(['seal', 'plain', '-k', 'key']);
  rmSync(join(folder, 'plain'));
  const sealed = join(folder, 'plain.sealed');
  // Within the last tag, within the last chunk, at the end of a chunk, within the header.
  const chunkEnd = statSync(sealed).size - ((150_001 % 65_536) + 16);
  for (const size of [statSync(sealed).size - 1, chunkEnd + 9, chunkEnd, 5]) {
    truncateSync(sealed, size);
    const { code, err } = wolfsec(['open', 'plain.sealed', '-k', 'key']);
    expect([size, code, err]).toEqual([size, 2, expect.stringContaining('WOLFSEC_OPEN_FAILED')]);
    expect(names()).toEqual(['key', 'plain.sealed']);
  }
});

test('seal and open: an existing output stays unless --force is given', () => {
  writeFileSync(join(folder, 'plain.sealed'), 'mine');
  const refused = wolfsec(['seal', 'plain', '-k', 'key']);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--force')]);
  expect(file('plain.sealed').toString()).toBe('mine');
  done(['seal', 'plain', '-k', 'key', '--force']);
  expect(wolfsec(['open', 'plain.sealed', '-k', 'key']).code).toBe(2);
  done(['open', 'plain.sealed', '-k', 'key', '-o', 'again']);
  expect(file('again').equals(text)).toBe(true);
});

test.skipIf(process.platform === 'win32')('open: what is stopped half-way leaves nothing', async () => {
  const sealed = done(['seal', '-', '-k', 'key'], text);
  const child = spawn(process.execPath, [main, 'open', '-', '-k', 'key', '-o', 'out'], { cwd: folder });
  child.stdin.write(sealed.subarray(0, 100_000));
  await expect.poll(names, { timeout: 20_000 }).toHaveLength(3);
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect(await ended).toEqual([2, null]);
  expect(names()).toEqual(['key', 'plain']);
});

test.skipIf(!existsSync('/dev/full'))('open: a standard output that is full is told, without a stack', () => {
  done(['seal', 'plain', '-k', 'key']);
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, 'open', 'plain.sealed', '-k', 'key', '-o', '-'],
    {
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
    },
  );
  closeSync(full);
  expect([status, stderr.toString()]).toEqual([
    2,
    expect.stringMatching(/^wolfsec: standard output: ENOSPC.*\n$/),
  ]);
});

test.for([
  ['seal', 'none', '-k', 'key'],
  ['seal', 'plain', '-k', 'none'],
  ['seal', 'plain', '-k', 'plain'],
  ['seal', 'plain'],
])('%s %s %s %s: what is missing or unreadable is told, and exits 2', (args) => {
  const { code, err } = wolfsec(args as string[]);
  expect(code).toBe(2);
  expect(err).not.toBe('');
  expect(err).not.toMatch(/\n\s+at /);
  expect(names()).toEqual(['key', 'plain']);
});

test.skipIf(process.platform === 'win32')('seal: a key file that others may read is refused', () => {
  writeKey('open-key', 7, 0o644);
  const { code, err } = wolfsec(['seal', 'plain', '-k', 'open-key']);
  expect([code, err]).toEqual([2, expect.stringContaining('chmod 600')]);
});
