import { expect, test } from 'vitest';
import { Reputation } from '../../src/reputation/index.ts';

const startMs = Date.UTC(2026, 0, 1);

test.for([0, 3_000])(
  'what runs out after the loading uncovers what holds beneath it (%i more entries)',
  async (more) => {
    let nowMs = startMs;
    const reputation = new Reputation({ now: () => nowMs });
    const valid_until = new Date(startMs + 1_000).toISOString();
    const objects = [
      { pattern: `[ipv4-addr:value = '192.0.2.0/24']` },
      { pattern: `[ipv4-addr:value = '192.0.2.1']`, confidence: 90, valid_until },
      { pattern: `[ipv4-addr:value = '198.51.100.1']`, valid_until },
      { pattern: `[domain-name:value = 'evil.example']` },
      { pattern: `[domain-name:value = 'sub.evil.example']`, confidence: 90, valid_until },
      ...Array.from({ length: more }, (_, i) => ({ pattern: `[domain-name:value = 'a${i}.example']` })),
    ].map((object) => ({ type: 'indicator', ...object }));
    await reputation.load({
      name: 'feed',
      format: 'stix',
      text: JSON.stringify({ type: 'bundle', objects }),
      score: 100,
      confidence: 0.5,
    });
    const scores = () =>
      ['192.0.2.1', '198.51.100.1', 'a.sub.evil.example'].map((text) => reputation.check(text).score);
    expect(scores()).toEqual([90, 50, 90]);
    nowMs += 1_000;
    expect(scores()).toEqual([50, 0, 50]);
  },
);
