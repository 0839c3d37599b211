import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { attack, ndjson, whoamiRule } from '../pipeline/rules.ts';
import { ask, send } from './send.ts';
import { Serving, wolfsec } from './serving.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wolfsec-serve-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('serve, read rules anew on SIGHUP, stop on SIGTERM', async () => {
  const rules = join(folder, 'rules.yml');
  writeFileSync(rules, whoamiRule.text);
  const serving = new Serving('--data', join(folder, 'data'), '--rules', rules);
  try {
    const url = await serving.url();
    expect((await send(url, '/v1/events', ndjson([attack()]))).body).toMatchObject({ detections: 1 });
    writeFileSync(rules, whoamiRule.text.replace('contains: whoami', 'contains: notepad'));
    serving.child.kill('SIGHUP');
    await serving.line(/rules read anew: 1/);
    expect((await send(url, '/v1/events', ndjson([attack()]))).body).toMatchObject({ detections: 0 });
  } finally {
    expect(await serving.stop()).toBe(0);
  }
  expect(serving.said.at(-1)).toBe('stopped');
});

test('the next start finds the rules compiled', async () => {
  const rules = join(folder, 'rules.yml');
  const data = join(folder, 'data');
  const kept = () => readdirSync(join(data, 'rules'));
  const detections = async () => {
    const serving = new Serving('--data', data, '--rules', rules);
    try {
      const answer = await send(await serving.url(), '/v1/events', ndjson([attack()]));
      return (answer.body as { detections: number }).detections;
    } finally {
      await serving.stop();
    }
  };
  writeFileSync(rules, whoamiRule.text);
  expect(await detections()).toBe(1);
  const first = kept();
  expect(first).toEqual([expect.stringMatching(/\.bundle$/)]);
  expect(await detections()).toBe(1);
  expect(kept()).toEqual(first);
  writeFileSync(rules, whoamiRule.text.replace('contains: whoami', 'contains: notepad'));
  expect(await detections()).toBe(0);
  expect(kept()).toHaveLength(2);
});

test('nothing that was answered is lost when the process is killed', async () => {
  const rules = join(folder, 'rules.yml');
  writeFileSync(rules, whoamiRule.text);
  const data = join(folder, 'data');
  const serving = new Serving('--data', data, '--rules', rules);
  const url = await serving.url();
  let answered = 0;
  const senders = Array.from({ length: 4 }, async () => {
    for (let n = 0; n < 200; n++) {
      const answer = await send(url, '/v1/events', ndjson([attack(n)])).catch(() => undefined);
      if (answer?.status !== 200) return;
      answered++;
      if (answered === 60) serving.child.kill('SIGKILL');
    }
  });
  await Promise.all(senders);
  await serving.stop('SIGKILL');
  const store = await openStore({ dataFolder: data, sweepEveryMs: false });
  let stored = 0;
  for (let beforeSeq: number | undefined; ; ) {
    const page = await store.threats.list(
      {},
      { limit: 500, ...(beforeSeq === undefined ? {} : { beforeSeq }) },
    );
    stored += page.threats.length;
    if (page.nextSeq === undefined) break;
    beforeSeq = page.nextSeq;
  }
  await store.close();
  expect(answered).toBeGreaterThanOrEqual(60);
  expect(stored).toBeGreaterThanOrEqual(answered);
});

test('a service that is told to stop answers what it took, and what it answered is stored', async () => {
  const rules = join(folder, 'rules.yml');
  writeFileSync(rules, whoamiRule.text);
  const data = join(folder, 'data');
  const serving = new Serving('--data', data, '--rules', rules);
  const url = await serving.url();
  const outcomes: string[] = [];
  let stopped: Promise<number | null> | undefined;
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let n = 0; outcomes.at(-1) !== 'refused' && n < 500; n++) {
      const answer = await send(url, '/v1/events', ndjson([attack(sender * 1_000 + n)])).catch(
        () => undefined,
      );
      outcomes.push(answer === undefined ? 'refused' : String(answer.status));
      if (outcomes.length === 40) stopped = serving.stop();
    }
  });
  await Promise.all(senders);
  expect(await stopped).toBe(0);
  expect(new Set(outcomes).difference(new Set(['200', '503', 'refused']))).toEqual(new Set());
  const answered = outcomes.filter((outcome) => outcome === '200').length;
  const store = await openStore({ dataFolder: data, sweepEveryMs: false });
  const stored = await store.threats.count({});
  await store.close();
  expect(answered).toBeGreaterThanOrEqual(39);
  // One whose connection was closed unanswered may be there as well.
  expect(stored).toBeGreaterThanOrEqual(answered);
  expect(stored).toBeLessThanOrEqual(answered + 8);
});

test('a key from the command line opens a service that demands one', async () => {
  const data = join(folder, 'data');
  const key = await wolfsec('key', 'reader', '--scopes', 'read', '--data', data);
  const serving = new Serving('--data', data, '--auth');
  try {
    const url = await serving.url();
    expect(await ask(url, '/v1/alerts')).toMatchObject({ status: 401 });
    const headers = { authorization: `Bearer ${key}` };
    expect(await ask(url, '/v1/alerts', { headers })).toMatchObject({ status: 200 });
  } finally {
    await serving.stop();
  }
});

test('settings are printed without their secrets', async () => {
  const printed = await wolfsec(
    'serve',
    '--print-config',
    '--webhook-url',
    'https://a:b@example.org/T0/B0/x?t=s',
  );
  expect(JSON.parse(printed)).toMatchObject({ port: 8480, webhookUrl: 'https://example.org/…' });
});
