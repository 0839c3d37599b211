import { describe, expect, test } from 'vitest';
import {
  Bans,
  BruteForceGuard,
  clientKey,
  type GuardedRequest,
  HttpGuard,
  RateLimiter,
} from '../../src/http/index.ts';

const request = (more: Partial<GuardedRequest> = {}): GuardedRequest => ({
  method: 'GET',
  url: '/',
  rawHeaders: ['Host', 'shop.example'],
  remoteAddress: '10.0.0.1',
  ...more,
});

describe('the address of the client', () => {
  const forwarded = ['X-Forwarded-For', '192.0.2.1', 'Host', 'a', 'x-forwarded-for', '203.0.113.9'];

  test.each([
    ['a number of proxies', 1],
    ['networks of proxies', ['10.0.0.0/8']],
  ] as const)('is what the proxy added, in a line of its own too: %s', async (_, trustProxy) => {
    const guard = new HttpGuard({ trustProxy });
    const { decision } = await guard.admit(request({ rawHeaders: forwarded }));
    expect(decision.clientAddress).toBe('203.0.113.9');
  });
});

test('settings under which nobody would be known or stopped are refused', () => {
  const refused = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  for (const trustProxy of [true, -1, 1.5, Number.NaN, '10.0.0.0/8', ['proxy']])
    expect(() => new HttpGuard({ trustProxy: trustProxy as never }), String(trustProxy)).toThrow(refused);
  for (const wrong of [
    { perAccount: Number.NaN },
    { spanMs: undefined },
    { maxKeys: 0 },
    { perAddress: 0.5 },
  ])
    expect(() => new BruteForceGuard(wrong as never)).toThrow(refused);
});

test('where a limit cannot be counted, the request is inspected all the same', async () => {
  const away = () => Promise.reject(new Error('Redis is away'));
  const limiter = new RateLimiter({ requests: 9, spanMs: 1000, store: { consume: away, reset() {} } });
  const attack = request({ url: `/?id=${encodeURIComponent("x' or 1=1--")}` });
  for (const [onFailure, reasons] of [
    ['open', ['attack', undefined]],
    ['closed', ['failure', 'failure']],
  ] as const) {
    const guard = new HttpGuard({ mode: 'block', limiter, onFailure });
    const decided = [attack, request()].map(async (one) => {
      const admission = await guard.admit(one);
      return admission.exempt ? admission.decision : guard.examine(one, admission);
    });
    expect((await Promise.all(decided)).map(({ reason }) => reason)).toEqual(reasons);
  }
  const routes = [{ path: '/quiet', mode: 'monitor' }] as const;
  const quiet = new HttpGuard({ mode: 'block', limiter, routes });
  const { decision } = await quiet.admit(request({ url: '/quiet' }));
  expect(decision.mode).toBe('monitor');
});

test('the id of a request is taken over from a header in whatever case it is named', async () => {
  const guard = new HttpGuard({ trustProxy: 1, requestIdHeader: 'X-Correlation-ID' });
  const { decision } = await guard.admit(request({ rawHeaders: ['x-correlation-id', 'from-the-proxy'] }));
  expect(decision.requestId).toBe('from-the-proxy');
});

describe('the rule of a route', () => {
  test.each(['/login', 'http://shop.example/login', '/%6cog%69n', '/LOGIN', '/login/', '/login?next=%2F'])(
    'holds for %s, which routers take for the same path',
    async (url) => {
      const limiter = new RateLimiter({ requests: 1, spanMs: 60_000, clock: () => 0 });
      const guard = new HttpGuard({ mode: 'block', routes: [{ path: '/login', limiter }] });
      await guard.admit(request({ url: '/login' }));
      expect((await guard.admit(request({ url }))).decision.reason).toBe('rate-limit');
    },
  );

  test('holds for no other path', async () => {
    const guard = new HttpGuard({ mode: 'block', routes: [{ path: '/files/*', mode: 'off' }] });
    for (const [url, mode] of [
      ['/files/a', 'off'],
      ['/FILES/a', 'off'],
      ['/files', 'block'],
      ['/files%2Fa', 'block'],
      ['/', 'block'],
      ['http://shop.example', 'block'],
    ] as const) {
      expect([url, (await guard.admit(request({ url }))).decision.mode]).toEqual([url, mode]);
    }
  });
});

describe('an IPv6 client', () => {
  test.each([
    ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b:1::192.0.2.1', '64:ff9b:1:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
    ['192.0.2.1', '192.0.2.1'],
    ['a:header:may:say:anything', 'a:header:may:say:anything'],
    ['', ''],
  ])('%s counts as %s', (address, key) => {
    expect(clientKey(address)).toBe(key);
  });

  test('is limited, banned and kept from guessing by its /64', async () => {
    const from = (n: number) => request({ remoteAddress: `2001:db8:1:2::${n.toString(16)}` });
    const limiter = new RateLimiter({ requests: 2, spanMs: 60_000 });
    const limited = new HttpGuard({ mode: 'block', limiter });
    const reasons = [];
    for (let n = 1; n < 4; n++) reasons.push((await limited.admit(from(n))).decision.reason);
    expect(reasons).toEqual([undefined, undefined, 'rate-limit']);
    const banning = new HttpGuard({ mode: 'block', bans: new Bans({ threshold: 1 }) });
    const attack = { ...from(1), url: `/?id=${encodeURIComponent("x' or 1=1--")}` };
    await banning.examine(attack, await banning.admit(attack));
    expect((await banning.admit(from(2))).decision.reason).toBe('banned');
    expect((await banning.admit(request())).decision.action).toBe('pass');
    const logins = new BruteForceGuard({ perAddress: 3 });
    for (let n = 0; n < 3; n++) logins.failed('ada', from(n).remoteAddress);
    expect(logins.check('ada', from(9).remoteAddress).allowed).toBe(false);
  });
});
