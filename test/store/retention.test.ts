import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from './stores.ts';

test('what a flood left free in the file is given back', async () => {
  const folder = temporaryFolder();
  const open = () => openStore({ dataFolder: folder.path, sweepEveryMs: false });
  const bytes = () => statSync(join(folder.path, 'wolfsec.db')).size;
  const store = await open();
  const body = 'x'.repeat(4_000);
  for (let at = 0; at < 8_000; at += 1_000) {
    await store.events.insert(
      Array.from({ length: 1_000 }, (_, n) => ({ id: `${at + n}`, timeMs: 0, body })),
    );
  }
  await store.close();
  expect(bytes()).toBeGreaterThan(30 << 20);
  const again = await open();
  expect(await again.sweep()).toMatchObject({ events: 8_000 });
  await again.events.insert([{ id: 'new', timeMs: Date.now(), body }]);
  await again.close();
  // Some of it stays, for what comes next.
  expect(bytes()).toBeLessThan(10 << 20);
  const last = await open();
  expect(await last.events.get('new')).toMatchObject({ body });
  await last.close();
  folder.remove();
});
