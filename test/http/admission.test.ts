import { describe, expect, test } from 'vitest';
import { type GuardedRequest, HttpGuard } from '../../src/http/index.ts';

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
