import { expect, test } from 'vitest';
import { readConfig } from '../../src/server/config.ts';
import { openFrontDoor } from '../../src/server/front-door.ts';
import { OwnServer, withoutRedis } from '../fleet/brokers.ts';

test.skipIf(withoutRedis)('a front door before a fleet answers as the service does', async () => {
  const broker = await OwnServer.redis();
  const door = await openFrontDoor(readConfig({ flags: { port: '0', forward: broker.url } }));
  try {
    const ready = await fetch(`${door.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    const lost = await fetch(`${door.url}/no-such-route`);
    expect([lost.status, await lost.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
    expect(lost.headers.get('x-content-type-options')).toBe('nosniff');
    const metrics = await (await fetch(`${door.url}/metrics`)).text();
    expect(metrics).toMatch(/wolfsec_server_request_duration_seconds_count\{[^}]*route="\/readyz"[^}]*\} 1/);
    await broker.kill();
    const away = await fetch(`${door.url}/readyz`);
    expect([away.status, await away.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the broker is away' },
    ]);
  } finally {
    await door.close().catch(() => undefined);
    await broker.remove();
  }
});
