import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../errors.ts';

/** How scores are learned, and how fast they are forgotten. */
export interface LearnOptions {
  /** Time in which what was learned falls to its half. Default 24 hours. */
  readonly halfLifeMs?: number;
  /** What a detection of each level adds. Default 0.5, 2, 5, 15, 30. */
  readonly points?: Readonly<Record<string, number>>;
  /** Indicators remembered at most; the least recently learned goes. Default 100,000. */
  readonly maxEntries?: number;
}

/** What detections have taught about an indicator. */
export interface LearnedScore {
  readonly indicator: string;
  readonly points: number;
  readonly atMs: number;
}

const defaultPoints: Readonly<Record<string, number>> = {
  informational: 0.5,
  low: 2,
  medium: 5,
  high: 15,
  critical: 30,
};

/** Points at which the score has come two thirds of the way to 100. */
const scale = 50;

/** What our own detections say of an address: points that add up and decay, and a score that nears 100. */
export class LearnedScores {
  readonly #entries: LRUCache<string, { points: number; atMs: number }>;
  readonly #halfLifeMs: number;
  readonly #points: Readonly<Record<string, number>>;

  constructor({ halfLifeMs = 86_400_000, points = defaultPoints, maxEntries = 100_000 }: LearnOptions = {}) {
    if (!(halfLifeMs > 0)) throw invalidArgument('learn.halfLifeMs', 'above 0');
    if (!Number.isInteger(maxEntries) || maxEntries < 1)
      throw invalidArgument('learn.maxEntries', 'an integer above 0');
    for (const [level, value] of Object.entries(points)) {
      if (!(value >= 0 && value < Infinity))
        throw invalidArgument(`learn.points.${level}`, 'a number from 0');
    }
    this.#entries = new LRUCache({ max: maxEntries });
    this.#halfLifeMs = halfLifeMs;
    this.#points = points;
  }

  /** Indicators remembered. */
  get size(): number {
    return this.#entries.size;
  }

  learn(indicator: string, level: string, nowMs: number): LearnedScore {
    const known = this.#entries.get(indicator);
    const points = (known ? this.#decayed(known, nowMs) : 0) + (this.#points[level] ?? 0);
    const atMs = Math.max(nowMs, known?.atMs ?? 0);
    this.#entries.set(indicator, { points, atMs });
    return { indicator, points, atMs };
  }

  /** 0 to 100. */
  score(indicator: string, nowMs: number): number {
    const known = this.#entries.peek(indicator);
    return known ? 100 * (1 - Math.exp(-this.#decayed(known, nowMs) / scale)) : 0;
  }

  restore({ indicator, points, atMs }: LearnedScore): void {
    this.#entries.set(indicator, { points, atMs });
  }

  forget(indicator: string): boolean {
    return this.#entries.delete(indicator);
  }

  all(): LearnedScore[] {
    return [...this.#entries.entries()].map(([indicator, { points, atMs }]) => ({ indicator, points, atMs }));
  }

  #decayed({ points, atMs }: { points: number; atMs: number }, nowMs: number): number {
    return points * 0.5 ** (Math.max(0, nowMs - atMs) / this.#halfLifeMs);
  }
}
