import { describe, expect, test } from 'vitest';
import { type GuardedRequest, HttpGuard, RateLimiter } from '../../src/http/index.ts';

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
