import { LRUCache } from 'lru-cache';
import type { Detection } from '../detect/detection.ts';

/** What a look-up adds. Entities that the detection has already are left as they are. */
export interface Enrichment {
  readonly entities?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

/** A look-up elsewhere: an asset list, a directory, geography, reputation. */
export interface EnrichmentHook {
  readonly name: string;
  /** What is looked up, e.g. an address; `undefined` for nothing. Answers are cached by it. */
  readonly key: (detection: Detection) => string | undefined;
  /** Finds out about a key; the signal is aborted at the end of `timeoutMs`. A rejection is counted. */
  readonly look: (key: string, signal: AbortSignal) => Promise<Enrichment | undefined>;
  /** Longest wait, in milliseconds. Default 500. */
  readonly timeoutMs?: number;
  /** How long an answer, or that there is none, holds. Default 5 minutes. */
  readonly ttlMs?: number;
  /** Answers remembered at most. Default 10,000. */
  readonly cacheSize?: number;
  /** Look-ups under way at once; beyond it detections go on without. Default 10. */
  readonly concurrency?: number;
}

/** How often each enrichment was asked and what came of it. */
export interface EnrichmentFigures {
  readonly hits: number;
  readonly looked: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Adds what hooks know to detections. A slow, failing or overloaded hook adds nothing, and never stops one. */
export class Enricher {
  readonly #hooks: readonly Hook[];

  /** Hooks run side by side for each detection; what several say is joined in their order. */
  constructor(hooks: readonly EnrichmentHook[]) {
    this.#hooks = hooks.map((hook) => new Hook(hook));
  }

  /**
   * The detections in their order, each with what hooks added within their time; those of which nothing is
   * known are the same objects. Never rejects.
   */
  async enrich(detections: readonly Detection[]): Promise<readonly Detection[]> {
    if (this.#hooks.length === 0) return detections;
    return Promise.all(detections.map((detection) => this.#enrichOne(detection)));
  }

  /** Counts since the start, by the name of the hook. */
  figures(): Record<string, EnrichmentFigures> {
    return Object.fromEntries(this.#hooks.map(({ name, figures }) => [name, { ...figures }]));
  }

  async #enrichOne(detection: Detection): Promise<Detection> {
    const found = await Promise.all(this.#hooks.map((hook) => hook.look(detection)));
    const known = found.filter((one) => one !== undefined);
    if (known.length === 0) return detection;
    const tags = new Set([...detection.tags, ...known.flatMap((one) => one.tags ?? [])]);
    const entities = Object.assign({}, ...known.toReversed().map((one) => one.entities), detection.entities);
    return { ...detection, tags: [...tags], entities };
  }
}

/** `lru-cache` cannot hold `undefined`: this stands for "nothing known". */
const nothing: Enrichment = {};

class Hook {
  readonly name: string;
  readonly figures = { hits: 0, looked: 0, failed: 0, skipped: 0 };
  readonly #hook: EnrichmentHook;
  readonly #answers: LRUCache<string, Enrichment>;
  readonly #underWay = new Map<string, Promise<Enrichment | undefined>>();

  constructor(hook: EnrichmentHook) {
    this.name = hook.name;
    this.#hook = hook;
    this.#answers = new LRUCache({ max: hook.cacheSize ?? 10_000, ttl: hook.ttlMs ?? 300_000 });
  }

  async look(detection: Detection): Promise<Enrichment | undefined> {
    const key = this.#keyOf(detection);
    if (key === undefined) return undefined;
    const cached = this.#answers.get(key);
    if (cached) {
      this.figures.hits++;
      return cached;
    }
    const same = this.#underWay.get(key);
    if (same) return same;
    if (this.#underWay.size >= (this.#hook.concurrency ?? 10)) {
      this.figures.skipped++;
      return undefined;
    }
    const looking = this.#ask(key).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, looking);
    return looking;
  }

  #keyOf(detection: Detection): string | undefined {
    try {
      return this.#hook.key(detection);
    } catch {
      this.figures.failed++;
      return undefined;
    }
  }

  async #ask(key: string): Promise<Enrichment | undefined> {
    this.figures.looked++;
    const signal = AbortSignal.timeout(this.#hook.timeoutMs ?? 500);
    try {
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      const answer = (await Promise.race([this.#hook.look(key, signal), late])) ?? nothing;
      this.#answers.set(key, answer);
      return answer;
    } catch {
      // Not remembered: the next detection asks again.
      this.figures.failed++;
      return undefined;
    }
  }
}
