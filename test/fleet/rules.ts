/** A failed login, and five of one address within ten minutes. */
export const bruteForceRules = `
title: Login failed
id: 1f1b6f6e-6c36-4b7e-9d0b-5a1f5f0f3a01
name: login_failed
status: stable
level: informational
logsource: { product: shop, category: authentication }
detection:
  selection: { outcome: failure }
  condition: selection
---
title: Brute force
id: 2f1b6f6e-6c36-4b7e-9d0b-5a1f5f0f3a02
status: stable
level: high
correlation:
  type: event_count
  rules: [login_failed]
  group-by: [source.ip]
  timespan: 10m
  condition: { gte: 30 }
`;

/** Of everything that comes: one detection an event. */
export const everyEventRule = `
title: Marked
id: 3f1b6f6e-6c36-4b7e-9d0b-5a1f5f0f3a03
status: stable
level: medium
logsource: { product: shop, category: authentication }
detection:
  selection: { mark: yes-it-is }
  condition: selection
`;

export const failure = (n: number, address = '192.0.2.7') => ({
  '@timestamp': new Date(1_767_225_600_000 + n * 1_000).toISOString(),
  outcome: 'failure',
  'source.ip': address,
  user: `user-${n}`,
});
