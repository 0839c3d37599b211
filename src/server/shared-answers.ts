import { setTimeout as sleep } from 'node:timers/promises';

/** How long an answer serves everybody who asks: pages that watch ask at the same moments. */
const holdMs = 250;

interface Held<T> {
  readonly answer: Promise<T>;
  /** What `version` was when it was asked for. */
  readonly version: number;
  /** Until when it serves, and no other is asked for. */
  untilMs: number;
  /** The one after it, where something changed meanwhile. */
  next?: Promise<T>;
}

/**
 * One answer for all who ask within a moment, and at most one question to the store at a time. Whoever asks after
 * something has changed gets an answer that knows of it, if a moment later.
 */
export function sharedAnswers<T>(
  ask: (hours: number) => Promise<T>,
  version: () => number,
): (hours: number) => Promise<T> {
  const held = new Map<number, Held<T>>();
  const fresh = (hours: number): Promise<T> => {
    const nowMs = performance.now();
    // What serves nobody any more is not kept: there are as many answers as there are hours to ask for.
    for (const [key, { untilMs, next }] of held) if (nowMs >= untilMs && !next) held.delete(key);
    const one: Held<T> = { version: version(), answer: ask(hours), untilMs: Number.POSITIVE_INFINITY };
    held.set(hours, one);
    one.answer.then(
      () => {
        one.untilMs = performance.now() + holdMs;
      },
      () => held.delete(hours),
    );
    return one.answer;
  };
  const after = async (one: Held<T>, hours: number): Promise<T> => {
    const failed = await one.answer.then(
      () => false,
      () => true,
    );
    if (!failed) await sleep(Math.max(0, one.untilMs - performance.now()));
    return fresh(hours);
  };
  return (hours) => {
    const known = held.get(hours);
    if (!known || performance.now() >= known.untilMs) return fresh(hours);
    if (known.version === version()) return known.answer;
    known.next ??= after(known, hours);
    return known.next;
  };
}
