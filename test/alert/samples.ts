import type { Detection } from '../../src/detect/detection.ts';

export const startMs = Date.UTC(2026, 0, 1);

/** The n-th detection of a rule about a host and a user. */
export const detection = (n: number, more: Partial<Detection> = {}): Detection => ({
  kind: 'rule',
  ruleId: 'rule-1',
  title: 'Brute force',
  level: 'high',
  tags: ['attack.t1110.001', 'attack.credential-access'],
  matched: [{ field: 'user.name', value: `user-${n}` }],
  eventTimeMs: startMs + n,
  event: { index: n, id: `event-${n}` },
  entities: { 'host.name': 'web', 'user.name': `user-${n}` },
  ...more,
});

/** The n-th detection about one of so many users. */
export const aboutOneOf = (users: number, n: number): Detection =>
  detection(n, { entities: { 'host.name': 'web', 'user.name': `user-${n % users}` } });
