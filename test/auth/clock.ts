import type { AuthEvent } from '../../src/auth/index.ts';

/** A clock that stands still until it is moved. */
export function clock(startMs = Date.UTC(2026, 10, 24, 10)) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    pass: (spanMs: number) => {
      nowMs += spanMs;
    },
  };
}

/** Keeps the events it hears. */
export function ear() {
  const events: AuthEvent[] = [];
  return {
    events,
    listener: (event: AuthEvent) => void events.push(event),
    actions: () => events.map(({ event }) => event.action),
  };
}
