import { expect, test } from 'vitest';
import type { Service } from '../../src/server/index.ts';
import { attack, ndjson } from '../pipeline/rules.ts';
import { withService } from './running.ts';
import { type Answer, ask, send } from './send.ts';

const json = { 'content-type': 'application/json' };
const page = { 'sec-fetch-site': 'same-origin' };

const post = (service: Service, path: string, body: object, headers: Record<string, string> = {}) =>
  send(service.url, path, Buffer.from(JSON.stringify(body)), { ...json, ...page, ...headers });

const cookieOf = ({ headers }: Answer) => String(headers['set-cookie']).split(';', 1)[0] as string;

async function signIn(service: Service): Promise<{ cookie: string; csrf: string }> {
  const answer = await post(service, '/v1/session', { token: await service.users.link() });
  expect(answer).toMatchObject({
    status: 200,
    body: { user: 'local', scopes: ['read', 'write', 'metrics'] },
  });
  return { cookie: cookieOf(answer), csrf: answer.body.csrfToken };
}

test('a link signs in once; the cookie is out of reach of scripts and other sites', () =>
  withService({}, async (service) => {
    const token = await service.users.link();
    const answer = await post(service, '/v1/session', { token });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^wolfsec=[\w-]{65}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(await post(service, '/v1/session', { token })).toMatchObject({
      status: 401,
      body: { error: { code: 'unauthenticated' } },
    });
    const cookie = cookieOf(answer);
    const session = await ask(service.url, '/v1/session', { headers: { ...page, cookie } });
    expect(session).toMatchObject({ status: 200, body: { user: 'local' } });
    expect(await ask(service.url, '/v1/session', { headers: page })).toMatchObject({ status: 401 });
    expect(await ask(service.url, '/v1/alerts', { headers: { ...page, cookie } })).toMatchObject({
      status: 200,
    });
  }));

test('behind a name of its own the cookie insists on TLS', () =>
  withService({ auth: true }, async (service) => {
    const named = { host: 'wolfsec.example.org', origin: 'https://wolfsec.example.org' };
    const token = await service.users.link();
    const answer = await post(service, '/v1/session', { token }, named);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-wolfsec=[\w-]{65}; Path=\/; Secure; HttpOnly; SameSite=Strict$/),
    ]);
    const cookie = cookieOf(answer);
    const headers = { ...page, cookie, host: named.host };
    expect(await ask(service.url, '/v1/alerts', { headers })).toMatchObject({ status: 200 });
    // The same value under the plain name is no session there.
    const plain = { ...headers, cookie: cookie.replace('__Host-', '') };
    expect(await ask(service.url, '/v1/alerts', { headers: plain })).toMatchObject({ status: 401 });
  }));

test('sign-in and writes are refused to other sites and to names that lead here', () =>
  withService({}, async (service) => {
    const token = await service.users.link();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { host: 'evil.example', origin: 'http://evil.example' },
    ] as Record<string, string>[]) {
      expect(await post(service, '/v1/session', { token }, headers)).toMatchObject({ status: 403 });
    }
    const { cookie, csrf } = await signIn(service);
    const silence = { matchers: [{ label: 'host.name', value: 'host-1' }], minutes: 5 };
    const other = await signIn(service);
    for (const headers of [
      { cookie },
      { cookie, 'x-csrf-token': other.csrf },
      { cookie, 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[]) {
      expect(await post(service, '/v1/silences', silence, headers)).toMatchObject({ status: 403 });
    }
    const good = { cookie, 'x-csrf-token': csrf };
    expect(await post(service, '/v1/silences', silence, good)).toMatchObject({ status: 201 });
    // Events come by keys and from this machine, never from a page.
    expect(await send(service.url, '/v1/events', ndjson([attack()]), { ...page, ...good })).toMatchObject({
      status: 403,
    });
  }));

test('passwords: the right one, a wrong one, an account that may only look, sign-out', () =>
  withService({ auth: true }, async (service) => {
    const password = 'correct horse battery staple';
    expect(await service.users.add('ann', 'short', 'full')).toEqual({ ok: false, reason: 'too_short' });
    expect(await service.users.add('ann', password, 'readOnly')).toEqual({ ok: true });
    expect(await service.users.add('ann', password, 'full')).toEqual({ ok: false, reason: 'taken' });
    const wrong = await post(service, '/v1/session', { user: 'ann', password: 'wrong' });
    expect(wrong).toMatchObject({ status: 401 });
    const answer = await post(service, '/v1/session', { user: 'ann', password });
    expect(answer).toMatchObject({ status: 200, body: { user: 'ann', scopes: ['read', 'metrics'] } });
    const headers = { cookie: cookieOf(answer), 'x-csrf-token': answer.body.csrfToken };
    expect(
      await post(service, '/v1/silences', { matchers: [{ label: 'a', value: 'b' }], minutes: 5 }, headers),
    ).toMatchObject({
      status: 403,
      body: { error: { message: 'this account lacks the scope write' } },
    });
    const gone = await ask(service.url, '/v1/session', {
      method: 'DELETE',
      headers: { ...page, ...headers },
    });
    expect(gone.status).toBe(204);
    expect(String(gone.headers['set-cookie'])).toContain('Max-Age=0');
    expect(await ask(service.url, '/v1/alerts', { headers: { ...page, ...headers } })).toMatchObject({
      status: 401,
    });
  }));

test('guessing is slowed down, and the answer says for how long', () =>
  withService({ auth: true }, async (service) => {
    let answer: Answer | undefined;
    for (let tries = 0; tries < 20 && answer?.status !== 429; tries++) {
      answer = await post(service, '/v1/session', { user: 'bob', password: `guess ${tries}` });
    }
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'throttled' } } });
    expect(Number(answer?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  }));
