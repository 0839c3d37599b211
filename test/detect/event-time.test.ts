import { describe, expect, test } from 'vitest';
import { eventTimeMs } from '../../src/detect/event-fields.ts';

const iso = (event: object) => {
  const timeMs = eventTimeMs(event);
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
};

describe('the time of an event', () => {
  test.each([
    ['2026-11-25T10:00:00.123456789Z', '2026-11-25T10:00:00.123Z'],
    ['2026-11-25 10:00:00,123', '2026-11-25T10:00:00.123Z'],
    ['2026-11-25 10:00:00 UTC', '2026-11-25T10:00:00.000Z'],
    ['2026-11-25 10:00:00.5+02', '2026-11-25T08:00:00.500Z'],
    ['2026-11-25T10:00:00 -0530', '2026-11-25T15:30:00.000Z'],
    ['2026-11-25T10:00+05:30', '2026-11-25T04:30:00.000Z'],
    ['2026-11-25', '2026-11-25T00:00:00.000Z'],
    ['1795600800', '2026-11-25T10:00:00.000Z'],
    [1795600800.25, '2026-11-25T10:00:00.250Z'],
    ['1795600800123456', '2026-11-25T10:00:00.123Z'],
    ['yesterday', undefined],
    ['2026-13-45T10:00:00Z', undefined],
    ['2026-11-25T10:00:00 EST', undefined],
  ])('%s', (timestamp, expected) => expect(iso({ timestamp })).toBe(expected));

  test('a date and the time of the day beside it belong together, as in W3C logs', () => {
    expect(iso({ date: '2026-11-25', time: '20:01:02' })).toBe('2026-11-25T20:01:02.000Z');
    expect(iso({ date: '2026-11-25', time: 'late' })).toBe('2026-11-25T00:00:00.000Z');
    expect(iso({ date: '2026-11-25' })).toBe('2026-11-25T00:00:00.000Z');
  });
});
