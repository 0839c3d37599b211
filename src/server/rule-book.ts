import { createHash } from 'node:crypto';
import {
  type RuleSource,
  readRuleSources,
  ThreatDetector,
  type ThreatDetectorOptions,
} from '../detect/index.ts';
import { measureRuleCosts } from '../detect/rule-costs.ts';
import type { Registry } from '../metrics/index.ts';
import type { Store } from '../store/index.ts';
import type { EventSample } from './live/event-sample.ts';

/** How long measured costs are shown before they are measured anew. */
const costsHoldMs = 60_000;

export interface RuleCosts {
  /** Nanoseconds an event, by rule. */
  readonly byRule: ReadonlyMap<string, number>;
  readonly events: number;
  readonly measuredMs: number;
}

export interface RuleBookOptions {
  readonly rules: ThreatDetectorOptions['rules'];
  readonly store: Store;
  /** Events to measure rules on. */
  readonly sample: EventSample;
  readonly registry: Registry;
  /** Where compiled rules are kept for the next start. */
  readonly cacheFolder: string;
}

/** The rules of the service: reads them, keeps their text in the store, and measures what they cost. */
export class RuleBook {
  readonly #rules: ThreatDetectorOptions['rules'];
  readonly #store: Store;
  readonly #sample: EventSample;
  readonly #registry: Registry;
  readonly #cacheFolder: string;
  readonly #closing = new AbortController();
  #costs: RuleCosts | undefined;
  #measuring: Promise<void> | undefined;

  constructor({ rules, store, sample, registry, cacheFolder }: RuleBookOptions) {
    this.#rules = rules;
    this.#store = store;
    this.#sample = sample;
    this.#registry = registry;
    this.#cacheFolder = cacheFolder;
  }

  /** Reads the rules; the text of each goes to the store, where alerts find it after the rule has gone. */
  async load(): Promise<ThreatDetector> {
    const sources = await this.#read();
    const detector = await ThreatDetector.create({
      rules: sources,
      registry: this.#registry,
      cacheFolder: this.#cacheFolder,
    });
    try {
      await this.#keep(detector, sources);
    } catch (error) {
      detector[Symbol.dispose]();
      throw error;
    }
    this.#costs = undefined;
    return detector;
  }

  /** The costs as last measured. Asking has them measured where they are old and there are events to measure on. */
  costs(): RuleCosts | undefined {
    const old = !this.#costs || Date.now() - this.#costs.measuredMs > costsHoldMs;
    if (old && this.#sample.size > 0) {
      this.#measuring ??= this.#measure().finally(() => {
        this.#measuring = undefined;
      });
    }
    return this.#costs;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#measuring;
  }

  async #measure(): Promise<void> {
    const events = this.#sample.size;
    const { signal } = this.#closing;
    try {
      const byRule = await measureRuleCosts(await this.#read(), this.#sample.ndjson(), { signal });
      if (!signal.aborted) this.#costs = { byRule, events, measuredMs: Date.now() };
    } catch {
      // Files that are being written just now: the next time somebody asks.
    }
  }

  async #read(): Promise<readonly RuleSource[]> {
    const rules = this.#rules;
    if (typeof rules === 'string') return readRuleSources([rules]);
    if (rules.every((each) => typeof each === 'string')) return readRuleSources(rules as readonly string[]);
    return rules as readonly RuleSource[];
  }

  async #keep(detector: ThreatDetector, sources: readonly RuleSource[]): Promise<void> {
    const texts = new Map(sources.map(({ file, text }) => [file, text]));
    const nowMs = Date.now();
    const stored = [...detector.rules, ...detector.correlations].map((rule) => {
      const { id, title, level, status, tags, file } = rule;
      const source = documentOf(texts.get(file) ?? '', id, title);
      const digest = createHash('sha256').update(source).digest('hex');
      return { id, title, level, status, tags, source, digest, enabled: true, updatedMs: nowMs };
    });
    await this.#store.rules.put(stored);
  }
}

/** The rule's own document of a file that holds several. */
function documentOf(text: string, id: string, title: string): string {
  const documents = text.split(/^---[ \t]*$/m);
  const own = documents.find((one) => one.includes(id)) ?? documents.find((one) => one.includes(title));
  return (documents.length === 1 ? text : (own ?? text)).trim();
}
