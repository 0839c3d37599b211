import { expect, test } from 'vitest';
import type { CorrelationHit } from '../../src/detect/index.ts';
import { hitMessage } from '../../src/fleet/messages.ts';

const hit = (timeMs: number, event: Partial<CorrelationHit['event']>): CorrelationHit => ({
  correlationId: 'c',
  place: 0,
  group: { user: 'u' },
  timeMs,
  event: { index: 0, ...event },
});
const idOf = (timeMs: number, event: Partial<CorrelationHit['event']>) =>
  hitMessage(hit(timeMs, event), 4).id;

test('a hit of a line has one id, whenever the broker took its message', () => {
  expect(idOf(1_000, { source: 'key', line: 7 })).toBe(idOf(2_000, { source: 'key', line: 7 }));
  expect(idOf(1_000, { source: 'key', line: 7 })).not.toBe(idOf(1_000, { source: 'key', line: 8 }));
});
test('ids that events bring along may be shared by what belongs together', () => {
  expect(idOf(1_000, { id: 'x', line: 7 })).toBe(idOf(1_000, { id: 'x', line: 8 }));
  expect(idOf(1_000, { id: 'x' })).not.toBe(idOf(2_000, { id: 'x' }));
});
