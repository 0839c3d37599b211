import { expect, test } from 'vitest';
import { HttpGuard } from '../../src/http/index.ts';
import { Registry } from '../../src/metrics/index.ts';

test('each request is counted once, by what was done and why, and inspections are timed', async () => {
  const registry = new Registry();
  const guard = new HttpGuard({ mode: 'block', maxContentLength: 10, registry });
  const attack = `/?id=${encodeURIComponent("1' UNION SELECT password FROM users--")}`;
  const decide = async (url: string, rawHeaders: string[] = []) => {
    const request = { method: 'GET', url, rawHeaders, remoteAddress: '192.0.2.1' };
    const admission = await guard.admit(request);
    return admission.exempt ? admission.decision : guard.inspect(request, admission);
  };
  await decide('/');
  await decide('/users?page=2');
  expect((await decide(attack)).reason).toBe('attack');
  expect((await decide('/', ['content-length', '11'])).reason).toBe('too-large');
  const text = await registry.text();
  for (const line of [
    'wolfsec_http_requests_total{action="pass",reason="none"} 2',
    'wolfsec_http_requests_total{action="block",reason="attack"} 1',
    'wolfsec_http_requests_total{action="block",reason="too-large"} 1',
    'wolfsec_http_inspection_duration_seconds_count 3',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});
