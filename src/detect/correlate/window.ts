import type { EventReference } from '../detection.ts';
import type { Tally } from './tally.ts';

/** One hit of a rule inside a group. */
export interface Hit {
  readonly timeMs: number;
  /** Which of the correlation's rules it is of. */
  readonly rule: number;
  /** The counted or measured value, where the correlation has a field. */
  readonly value: string | undefined;
  readonly event: EventReference;
}

/** Which hit a window does without once a newer one came, by its place; `undefined` while there is room for all. */
export type Spare = (window: Window, newer: Hit) => number | undefined;

/** The hits of one group, by time: as many as it takes to tell whether the condition holds. */
export class Window {
  readonly #hits: Hit[] = [];
  readonly #spare: Spare;
  /**
   * For what the condition held when it was last looked at: a detection is raised when it begins to. `''` for the
   * window, a value where the condition is over single ones; `undefined` where it did not hold.
   */
  raised: string | undefined;
  /** Time of the newest hit. */
  latestMs = Number.NEGATIVE_INFINITY;

  /** Of the values of the hits, where the condition is over them. */
  readonly tally: Tally | undefined;

  constructor(spare: Spare, tally?: Tally) {
    this.#spare = spare;
    this.tally = tally;
  }

  get hits(): readonly Hit[] {
    return this.#hits;
  }

  /**
   * Puts a hit at its own time, also when it comes out of order, and drops what lies a timespan before the
   * newest hit. Gives `false` for a hit that is itself that old.
   */
  add(hit: Hit, timespanMs: number): boolean {
    if (hit.timeMs <= this.latestMs - timespanMs) return false;
    this.latestMs = Math.max(this.latestMs, hit.timeMs);
    let at = this.#hits.length;
    while (at > 0 && (this.#hits[at - 1] as Hit).timeMs > hit.timeMs) at--;
    this.#hits.splice(at, 0, hit);
    if (hit.value !== undefined) this.tally?.add(hit.value);
    const oldestMs = this.latestMs - timespanMs;
    let stale = 0;
    while ((this.#hits[stale] as Hit).timeMs <= oldestMs) stale++;
    this.#drop(0, stale);
    const spare = this.#spare(this, hit);
    if (spare !== undefined) this.#drop(spare, 1);
    return true;
  }

  #drop(from: number, count: number): void {
    if (count === 0) return;
    for (const { value } of this.#hits.splice(from, count)) {
      if (value !== undefined) this.tally?.remove(value);
    }
  }
}
