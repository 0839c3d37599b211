import { spawn } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../src/store/index.ts';
import { temporaryFolder } from './stores.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const segments = () => readdirSync(folder.path).filter((name) => name.endsWith('.log'));

async function reopened(): Promise<{ records: string[]; damage: readonly string[] }> {
  const records: string[] = [];
  const journal = await Journal.open({ folder: folder.path, segmentBytes: 4096 }, (record) =>
    records.push(record),
  );
  const damage = [...journal.damage];
  await journal.close();
  return { records, damage };
}

test('what was appended comes back in order, over many segments', async () => {
  const journal = await Journal.open({ folder: folder.path, segmentBytes: 4096 }, () => {});
  const records = Array.from({ length: 500 }, (_, n) => `record ${n} ${'x'.repeat(n % 90)} é`);
  for (let at = 0; at < records.length; at += 50) {
    await Promise.all(records.slice(at, at + 50).map((record) => journal.append(record)));
  }
  await journal.append('y'.repeat(10_000));
  expect(journal.figures.frames).toBeLessThan(30);
  await journal.close();
  expect(segments().length).toBeGreaterThan(3);
  expect(await reopened()).toEqual({ records: [...records, 'y'.repeat(10_000)], damage: [] });
  await expect(journal.append('z')).rejects.toMatchObject({ code: 'WOLFSEC_DISPOSED' });
});

test('segments that are done with are used again, and what they held is not read again', async () => {
  const journal = await Journal.open({ folder: folder.path, segmentBytes: 4096 }, () => {});
  const inodes = new Set<number>();
  for (let n = 0; n < 400; n++) {
    await journal.append(`record ${n} ${'x'.repeat(80)}`);
    if (n % 40 === 39) journal.dropBefore(journal.segment);
    for (const name of segments()) inodes.add(statSync(join(folder.path, name)).ino);
  }
  const used = journal.segment;
  expect(used).toBeGreaterThan(8);
  expect(inodes.size).toBeLessThan(used);
  // As a killed process leaves it: the next segment lies there, full of old frames.
  const copy = temporaryFolder();
  cpSync(folder.path, copy.path, { recursive: true });
  await journal.close();
  rmSync(join(copy.path, 'lock'));
  const found: string[] = [];
  const again = await Journal.open({ folder: copy.path, segmentBytes: 4096 }, (record) => found.push(record));
  const last = Number(found.at(-1)?.split(' ')[1]);
  expect(last).toBe(399);
  expect(found.map((record) => Number(record.split(' ')[1]))).toEqual(
    found.map((_, at) => last - found.length + 1 + at),
  );
  expect(again.damage).toEqual([]);
  await again.close();
  copy.remove();
});

test('a torn or damaged tail gives whole frames alone, and the log goes on after it', async () => {
  const journal = await Journal.open({ folder: folder.path, segmentBytes: 4096 }, () => {});
  const records = Array.from({ length: 20 }, (_, n) => `r${n}`);
  for (const record of records) await journal.append(record);
  await journal.close();
  const path = join(folder.path, segments()[0]!);
  const whole = readFileSync(path);
  const used = 20 * 22 + 10;
  await fc.assert(
    fc.asyncProperty(fc.nat(used), fc.nat(7), async (at, bit) => {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << bit;
      writeFileSync(path, bytes);
      const { records: found } = await reopened();
      expect(found).toEqual(records.slice(0, found.length));
      expect(found.length).toBeGreaterThanOrEqual(Math.min(19, Math.floor(at / 23)));
    }),
    { numRuns: 30 },
  );
  writeFileSync(path, whole.subarray(0, 30));
  const again = await Journal.open({ folder: folder.path, segmentBytes: 4096 }, () => {});
  await again.append('after');
  await again.close();
  expect((await reopened()).records).toEqual(['r0', 'after']);
});

test('a second holder is refused', async () => {
  const journal = await Journal.open({ folder: folder.path, segmentBytes: 4096 }, () => {});
  await expect(Journal.open({ folder: folder.path }, () => {})).rejects.toMatchObject({
    code: 'WOLFSEC_STORE_UNAVAILABLE',
  });
  await journal.close();
  expect((await reopened()).records).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'the number of a dead holder in the hands of another is no holder',
  async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const lock = join(folder.path, 'lock');
    const opens = async () => (await Journal.open({ folder: folder.path }, () => {})).close();
    try {
      // As the journal of the other itself would have it.
      const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
      const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      for (const birth of [`${boot} ${started}`, '']) {
        writeFileSync(lock, `${other.pid}\n${birth}`);
        await expect(opens()).rejects.toMatchObject({ code: 'WOLFSEC_STORE_UNAVAILABLE' });
      }
      for (const birth of [`${boot} 1`, `11111111-2222-3333-4444-555555555555 ${started}`]) {
        writeFileSync(lock, `${other.pid}\n${birth}`);
        await opens();
      }
    } finally {
      other.kill();
    }
  },
);

test('a full disk is told, nothing of the write is kept, and later writes succeed', async () => {
  let full = false;
  const journal = await Journal.open(
    {
      folder: folder.path,
      segmentBytes: 4096,
      async write(file, bytes, position) {
        if (!full) return void (await file.write(bytes, 0, bytes.length, position));
        // Half of it gets out before the disk is full.
        await file.write(bytes, 0, bytes.length >> 1, position);
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
    },
    () => {},
  );
  await journal.append('before');
  full = true;
  await expect(journal.append('lost'.repeat(20))).rejects.toMatchObject({ code: 'WOLFSEC_STORE_FULL' });
  full = false;
  await journal.append('after');
  await journal.close();
  expect(await reopened()).toEqual({ records: ['before', 'after'], damage: [] });
});

test('a bounded number waits for the disk', async () => {
  const journal = await Journal.open({ folder: folder.path, segmentBytes: 4096, maxWaiting: 3 }, () => {});
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((record) => journal.append(record)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  await journal.close();
});
