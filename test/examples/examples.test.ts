import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { afterAll, expect, test } from 'vitest';
import { output, serving } from './run.ts';

const json = { 'content-type': 'application/json' };
const attack = `/posts?q=${encodeURIComponent("1' OR 1=1 UNION SELECT password FROM users--")}`;

test(
  'express: attacks are stopped, a login gives a session, metrics count',
  () =>
    serving('express', async (url, printed) => {
      expect((await fetch(`${url}/posts?q=tea`)).status).toBe(200);
      expect((await fetch(url + attack)).status).toBe(403);
      expect(printed()).toMatch(/^(high|critical|medium): /m);

      expect((await fetch(`${url}/me`)).status).toBe(401);
      const login = (password: string) =>
        fetch(`${url}/login`, {
          method: 'POST',
          headers: json,
          body: JSON.stringify({ name: 'ada', password }),
        });
      expect((await login('wrong')).status).toBe(401);
      const { headers } = await login('correct horse battery staple');
      const cookie = headers.get('set-cookie')!.split(';', 1)[0]!;
      expect(await (await fetch(`${url}/me`, { headers: { cookie } })).json()).toEqual({ you: 'user-1' });

      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^attacks_total [1-9]/m);
    }),
  60_000,
);

test(
  'fastify: a key opens what its scopes name; secrets are not echoed',
  () =>
    serving('fastify', async (url, printed) => {
      const key = await until(() => /Bearer (\w+)/.exec(printed())?.[1]);
      const headers = { authorization: `Bearer ${key}` };
      expect((await fetch(`${url}/reports`)).status).toBe(401);
      expect(await (await fetch(`${url}/reports`, { headers })).json()).toEqual({ reports: ['2026-01'] });
      expect((await fetch(`${url}/reports`, { method: 'POST', headers })).status).toBe(403);
      const secret = 'AKIAIOSFODNN7EXAMPLE';
      const told = await fetch(`${url}/feedback`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ secret }),
      });
      expect(await told.text()).not.toContain(secret);
    }),
  60_000,
);

test('log-scan: what is in the samples, worst first', async () => {
  const printed = await output('log-scan', 'samples/windows.ndjson');
  expect(printed).toMatch(/^(critical|high) +samples\/windows.ndjson:\d+ /);
  expect(printed).toMatch(/\d{2} detections in 67 events\n$/);
}, 60_000);

test('key-rotation: the same field opens before and after', async () => {
  const printed = await output('key-rotation');
  expect(printed.match(/078-05-1120/g)).toHaveLength(3);
  expect(printed.split('\n', 1)[0]).not.toContain('078-05-1120');
}, 60_000);

const nats = await connect({ servers: 'nats://127.0.0.1:4222', reconnect: false, timeout: 2_000 }).catch(
  () => undefined,
);
if (!nats) console.log('examples/nats-worker.ts is not run: there is no NATS at 127.0.0.1:4222');
afterAll(() => nats?.close());

test.runIf(nats)(
  'nats-worker: of two workers one takes each batch, and tells what it found',
  async () => {
    const prefix = `wolfsec.example.${randomUUID()}`;
    const batch = await readFile(resolve(import.meta.dirname, '../../samples/windows.ndjson'));
    const told = nats!.subscribe(`${prefix}.detections`);
    const worker = (use: () => Promise<void>) => serving('nats-worker', use, { PREFIX: prefix });
    await worker(() =>
      worker(async () => {
        for (let round = 0; round < 3; round++) {
          const answer = await nats!.request(`${prefix}.events`, batch, { timeout: 30_000 });
          expect(answer.json()).toMatchObject({ events: 67 });
        }
        await nats!.flush();
        told.unsubscribe();
        const levels = [];
        for await (const message of told) levels.push(message.json<{ level: string }>().level);
        expect(levels.length).toBeGreaterThan(10);
        expect(levels).toContain('high');
      }),
    );
  },
  120_000,
);

test('every example is run here', () => {
  const names = readdirSync(resolve(import.meta.dirname, '../../examples')).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(names.sort()).toEqual([
    'express.ts',
    'fastify.ts',
    'key-rotation.ts',
    'log-scan.ts',
    'nats-worker.ts',
  ]);
});

/** Waits for what a process prints. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
}
