import { LRUCache } from 'lru-cache';
import type { Detection, Severity } from '../detect/detection.ts';
import { cut } from './alert.ts';

/** How risk is added up, and how fast it fades. */
export interface RiskOptions {
  /** Time in which a score falls to its half. Default 6 hours. */
  readonly halfLifeMs?: number;
  /** What a detection of each level adds. Default 1, 3, 8, 20, 40. */
  readonly weights?: Readonly<Record<Severity, number>>;
  /** Score at which the entity itself becomes an alert; told again once it fell below half. Default 100. */
  readonly threshold?: number;
  /** Entities remembered at most; the least recently seen goes. Default 100,000. */
  readonly maxEntities?: number;
}

/** What an entity has come to, and what it was made of. */
export interface EntityRisk {
  /** Kind and name, e.g. `host:db1`. */
  readonly entity: string;
  readonly score: number;
  /** When the score was that much. */
  readonly atMs: number;
}

/** What one change added to an entity. */
export interface RiskStep extends EntityRisk {
  score: number;
  atMs: number;
  added: number;
}

interface Score {
  score: number;
  atMs: number;
  told: boolean;
}

const defaultWeights: Record<Severity, number> = {
  informational: 1,
  low: 3,
  medium: 8,
  high: 20,
  critical: 40,
};

/** The entity names that carry risk, and their kind. */
const kinds: Readonly<Record<string, string>> = {
  host: 'host',
  'host.name': 'host',
  user: 'user',
  'user.name': 'user',
  'source.ip': 'address',
  'client.ip': 'address',
};

/** Scores of hosts, users and addresses: each detection adds, time takes away by half-lives. */
export class RiskLedger {
  readonly #scores: LRUCache<string, Score>;
  readonly #halfLifeMs: number;
  readonly #weights: Readonly<Record<Severity, number>>;
  readonly #threshold: number;

  constructor({
    halfLifeMs = 6 * 3_600_000,
    weights,
    threshold = 100,
    maxEntities = 100_000,
  }: RiskOptions = {}) {
    this.#scores = new LRUCache({ max: maxEntities });
    this.#halfLifeMs = halfLifeMs;
    this.#weights = weights ?? defaultWeights;
    this.#threshold = threshold;
  }

  /**
   * Adds a detection to each of its entities, notes that down in `steps`, and gives the highest score and what has
   * reached the threshold by it.
   */
  add(
    detection: Detection,
    nowMs: number,
    steps: Map<string, RiskStep>,
  ): { highest: number; crossed: readonly EntityRisk[] } {
    let highest = 0;
    let crossed: EntityRisk[] = none;
    const weight = this.#weights[detection.level];
    for (const entity of entitiesOf(detection)) {
      let known = this.#scores.get(entity);
      if (!known) {
        known = { score: 0, atMs: nowMs, told: false };
        this.#scores.set(entity, known);
      }
      const decayed = this.#decayed(known, nowMs);
      if (known.told && decayed < this.#threshold / 2) known.told = false;
      known.score = decayed + weight;
      // As of now, also where the clock was set back: it would not decay until it has caught up.
      known.atMs = nowMs;
      const { score, atMs } = known;
      const step = steps.get(entity);
      if (step) {
        step.score = score;
        step.atMs = atMs;
        step.added += weight;
      } else steps.set(entity, { entity, score, atMs, added: weight });
      highest = Math.max(highest, score);
      if (known.told || score < this.#threshold) continue;
      known.told = true;
      crossed = [...crossed, { entity, score, atMs }];
    }
    return { highest, crossed };
  }

  /** Takes back what a change added. */
  undo(steps: ReadonlyMap<string, RiskStep>): void {
    for (const { entity, added } of steps.values()) {
      const known = this.#scores.peek(entity);
      if (!known) continue;
      known.score = Math.max(0, known.score - added);
      if (known.score < this.#threshold) known.told = false;
    }
  }

  /** The score as it is now, decayed. */
  of(entity: string, nowMs: number): number {
    const known = this.#scores.peek(cut(entity, maxEntityChars));
    return known ? this.#decayed(known, nowMs) : 0;
  }

  /** Highest now first. */
  top(nowMs: number, limit = 20): EntityRisk[] {
    return [...this.#scores.entries()]
      .map(([entity, known]) => ({ entity, score: this.#decayed(known, nowMs), atMs: nowMs }))
      .sort((a, b) => b.score - a.score || (a.entity < b.entity ? -1 : 1))
      .slice(0, limit);
  }

  /** As it was before a restart. */
  restore({ entity, score, atMs }: EntityRisk): void {
    this.#scores.set(entity, { score, atMs, told: score >= this.#threshold });
  }

  entities(): string[] {
    return [...this.#scores.keys()];
  }

  /** As it was when last added to. */
  get(entity: string): EntityRisk | undefined {
    const known = this.#scores.peek(entity);
    return known && { entity, score: known.score, atMs: known.atMs };
  }

  #decayed({ score, atMs }: Score, nowMs: number): number {
    return nowMs <= atMs ? score : score * 0.5 ** ((nowMs - atMs) / this.#halfLifeMs);
  }
}

const none: EntityRisk[] = [];

/** Longest name of an entity; what is longer is cut, here and where it is asked for. */
const maxEntityChars = 512;

function entitiesOf({ entities = {} }: Detection): string[] {
  const found: string[] = [];
  for (const name in entities) {
    const kind = kinds[name];
    if (kind === undefined) continue;
    const entity = cut(`${kind}:${entities[name]}`, maxEntityChars);
    if (!found.includes(entity)) found.push(entity);
  }
  return found;
}
