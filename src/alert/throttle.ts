import type { Branch } from './route.ts';

/** For each branch the times of its last notifications: at most so many in any window. */
export class Throttles {
  readonly #times = new Map<string, number[]>();

  /** Takes a place and gives `nowMs`, or gives the time at which there will be one. */
  take({ path, throttle }: Branch, nowMs: number): number {
    if (!throttle) return nowMs;
    const times = (this.#times.get(path) ?? [])
      .filter((at) => at > nowMs - throttle.perMs)
      // Where the clock was set back, none of them is yet to come.
      .map((at) => Math.min(at, nowMs));
    this.#times.set(path, times);
    if (times.length >= throttle.notifications) {
      return (times[times.length - throttle.notifications] as number) + throttle.perMs;
    }
    times.push(nowMs);
    return nowMs;
  }
}
