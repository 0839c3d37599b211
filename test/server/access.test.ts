import { expect, test } from 'vitest';
import { buildApp } from '../../src/server/app.ts';
import { openApi } from '../../src/server/index.ts';
import { attack, ndjson } from '../pipeline/rules.ts';
import { withService } from './running.ts';
import { ask, send } from './send.ts';

test('keys: none, a wrong one, one without the scope, and the ways clients send them', () =>
  withService({ auth: true }, async (service) => {
    const { key } = await service.keys.create({ ownerId: 'vector', name: 'vector', scopes: ['ingest'] });
    const batch = ndjson([attack()]);
    const none = await send(service.url, '/v1/events', batch);
    expect(none).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    expect(none.headers['www-authenticate']).toContain('Bearer');
    const last = key.endsWith('0') ? '1' : '0';
    const wrong = { authorization: `Bearer ${key.slice(0, -1)}${last}` };
    expect(await send(service.url, '/v1/events', batch, wrong)).toMatchObject({ status: 401 });
    const pair = Buffer.from(`elastic:${key}`).toString('base64');
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `Splunk ${key}` },
      { authorization: `ApiKey ${pair}` },
      { authorization: `Basic ${pair}` },
      { 'x-api-key': key },
    ] as Record<string, string>[]) {
      expect(await send(service.url, '/v1/events', batch, headers)).toMatchObject({ status: 200 });
      for (const path of ['/v1/alerts', '/v1/detections', '/v1/rules', '/metrics']) {
        expect(await ask(service.url, path, { headers })).toMatchObject({ status: 403 });
      }
    }
    for (const path of ['/healthz', '/readyz', '/openapi.json']) {
      expect(await ask(service.url, path)).toMatchObject({ status: 200 });
    }
    const { key: shipper } = await service.keys.create({ ownerId: 'a', name: 'a', scopes: ['ingest'] });
    const same = { 'idempotency-key': 'one' };
    await send(service.url, '/v1/events', batch, { ...same, 'x-api-key': key });
    await send(service.url, '/v1/events', batch, { ...same, 'x-api-key': shipper });
    // 5 before, and one by each owner: a name of one owner is not that of another.
    expect((await service.store.threats.list({})).threats).toHaveLength(7);
  }));

test('without keys, a web page gets nothing: not by its origin, not by a name that points here', () =>
  withService({}, async (service) => {
    const { port } = new URL(service.url);
    for (const headers of [
      { origin: 'https://evil.example' },
      { host: `evil.example:${port}` },
      { 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[]) {
      expect(await send(service.url, '/v1/events', ndjson([attack()]), headers)).toMatchObject({
        status: 403,
      });
      expect(await ask(service.url, '/v1/alerts', { headers })).toMatchObject({ status: 403 });
    }
    expect(await ask(service.url, '/v1/alerts', { headers: { host: `localhost:${port}` } })).toMatchObject({
      status: 200,
    });
  }));

test('detections, alerts and rules can be asked for, in pages, and alerts acted upon', () =>
  withService({}, async (service) => {
    const json = { 'content-type': 'application/json' };
    await send(service.url, '/v1/events', ndjson([attack(1), attack(2), attack(3)]));
    await service.alerts.flush();
    const first = await ask(service.url, '/v1/detections?limit=2&level=high&level=low');
    expect(first.body.detections).toHaveLength(2);
    const second = await ask(service.url, `/v1/detections?limit=2&before=${first.body.next}`);
    expect(second.body.detections).toHaveLength(1);
    expect(second.body.next).toBeUndefined();
    const seen = new Set<string>();
    for (let path = '/v1/alerts?limit=1&status=open'; path !== ''; ) {
      const page = (await ask(service.url, path)).body;
      for (const { id } of page.alerts) seen.add(id);
      path = page.next === undefined ? '' : `/v1/alerts?limit=1&status=open&before=${page.next}`;
    }
    expect(seen.size).toBe(service.alerts.figures().open);
    const [id] = seen;
    const note = Buffer.from('{"note":"looked at it"}');
    const known = await send(service.url, `/v1/alerts/${id}/acknowledge`, note, json);
    expect(known.body).toMatchObject({ status: 'acknowledged', note: 'looked at it', changedBy: 'local' });
    expect((await send(service.url, `/v1/alerts/${id}/resolve`, Buffer.alloc(0))).body.status).toBe(
      'resolved',
    );
    expect((await ask(service.url, `/v1/alerts/${id}`)).body.status).toBe('resolved');
    expect(await ask(service.url, '/v1/alerts/none')).toMatchObject({ status: 404 });
    for (const query of ['limit=0', 'level=huge', 'unknown=1', 'from=yesterday']) {
      expect(await ask(service.url, `/v1/alerts?${query}`)).toMatchObject({ status: 400 });
    }
    const { rules, refused } = (await ask(service.url, '/v1/rules')).body;
    expect(rules).toMatchObject([{ title: 'Whoami', level: 'high' }]);
    expect(refused).toEqual([]);
  }));

test('metrics tell events, lag, queue, requests, pool and alerts; a closing service is not ready and takes nothing', () =>
  withService({}, async (service) => {
    await send(service.url, '/v1/events', ndjson([attack()]));
    const { body, headers } = await ask(service.url, '/metrics');
    expect(headers['content-type']).toContain('text/plain');
    for (const line of [
      'wolfsec_pipeline_events_total{source="ndjson"} 1',
      'wolfsec_pipeline_lag_seconds_count 1',
      'wolfsec_pipeline_queued_batches 0',
      'wolfsec_server_request_duration_seconds_count{method="POST",route="/v1/events",status="2xx"} 1',
      'wolfsec_store_pool_connections_limit{pool="sqlite"} 2',
      'wolfsec_alerts_raised_total 1',
    ]) {
      expect(body).toContain(line);
    }
    await service.pipeline.close();
    expect(await ask(service.url, '/readyz')).toMatchObject({
      status: 503,
      body: { reason: 'shutting down' },
    });
    expect(await send(service.url, '/v1/events', ndjson([attack()]))).toMatchObject({ status: 503 });
  }));

test('the OpenAPI document has every route, and no other', () =>
  withService({}, async (service) => {
    const app = buildApp(service.context);
    const routes: string[] = [];
    app.addHook('onRoute', ({ method, url }) => {
      routes.push(`${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`);
    });
    await app.ready();
    const documented = Object.entries(openApi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.sort());
    await app.close();
  }));
