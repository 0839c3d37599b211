import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchRules } from '../../src/cli/watch-rules.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wolfsec-watch-'));
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules/one.yml'), '0');
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each(['rules', 'rules/one.yml', 'rules/*.yml'])(
  '%s is followed, however often another file takes the place of it',
  async (path) => {
    const changed = vi.fn();
    const stop = watchRules([join(folder, path)], changed, (error) => expect.unreachable(String(error)));
    try {
      await sleep(200);
      for (let times = 1; times <= 3; times++) {
        writeFileSync(join(folder, 'next'), String(times));
        renameSync(join(folder, 'next'), join(folder, 'rules/one.yml'));
        await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(times), 5_000);
      }
    } finally {
      stop();
    }
  },
);

test('folders that come, and take the place of others, are followed too', async () => {
  const changed = vi.fn();
  const stop = watchRules([join(folder, 'rules')], changed, (error) => expect.unreachable(String(error)));
  const seen = (times: number) => vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(times), 5_000);
  try {
    await sleep(200);
    mkdirSync(join(folder, 'rules/deep/deeper'), { recursive: true });
    await seen(1);
    writeFileSync(join(folder, 'rules/deep/deeper/two.yml'), '0');
    await seen(2);
    renameSync(join(folder, 'rules/deep'), join(folder, 'gone'));
    mkdirSync(join(folder, 'rules/deep'));
    await seen(3);
    writeFileSync(join(folder, 'rules/deep/three.yml'), '0');
    await seen(4);
  } finally {
    stop();
  }
});

test('of a file alone its neighbours are nothing', async () => {
  const changed = vi.fn();
  const stop = watchRules([join(folder, 'rules/one.yml')], changed, () => {});
  await sleep(200);
  writeFileSync(join(folder, 'rules/two.yml'), '0');
  await sleep(900);
  stop();
  expect(changed).not.toHaveBeenCalled();
});
