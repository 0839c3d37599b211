import type { Evaluated, RuleBackend, RuleEngine, RuleProgram } from '../../contract/rule.ts';
import { EventClass, OnDemand } from './class.ts';
import { Collector, Values } from './collect.ts';
import { parseEvent } from './event.ts';
import { Explainer } from './explain.ts';
import { ValueCache } from './value-cache.ts';

export const portableRule: RuleBackend = {
  compileRules: (program) => new PortableEngine(JSON.parse(Buffer.from(program).toString()) as RuleProgram),
};

/** Numbers of classes: the router, all rules, then the others as they come. */
const router = 0;
const everything = 1;
/** Recognised combinations that are remembered. */
const maxRoutes = 4096;
/** Past this many classes events are asked all rules, and hits outside their logs dropped. */
const maxClasses = 256;

interface Route {
  readonly eventClass: EventClass;
  readonly only?: ReadonlySet<number>;
}

class PortableEngine implements RuleEngine {
  readonly #program: RuleProgram;
  readonly #collector: Collector;
  readonly #cache = new ValueCache();
  readonly #values = new Values();
  readonly #onDemand: OnDemand;
  readonly #router: EventClass;
  #everything: EventClass | undefined;
  readonly #classes = new Map<string, EventClass>();
  readonly #routes = new Map<string, Route>();
  #explainer: Explainer | undefined;

  constructor(program: RuleProgram) {
    this.#program = program;
    this.#collector = new Collector(program.slots);
    const recognisers = program.recognisers.map(({ code }) => ({ code, witnesses: [] }));
    this.#onDemand = new OnDemand(program.predicates);
    this.#router = new EventClass(router, recognisers.entries(), program.predicates, this.#onDemand, true);
  }

  evaluate(ndjson: Uint8Array, length: number, logsources: Uint32Array): Evaluated {
    const bytes = Buffer.from(ndjson.buffer, ndjson.byteOffset, Math.min(length, ndjson.length));
    const fixed = logsources.length > 0 ? this.#routeFrom(new Set(logsources)) : undefined;
    const hits: number[] = [];
    const faults: number[] = [];
    const cache = this.#cache;
    const [hitsBefore, missesBefore] = [cache.hits, cache.misses];
    let [events, lines] = [0, 0];
    for (let start = 0; start < bytes.length; lines++) {
      const newline = bytes.indexOf(0x0a, start);
      const end = newline === -1 ? bytes.length : newline;
      if (!isBlank(bytes, start, end)) {
        const event = parseEvent(bytes.subarray(start, end));
        if (typeof event === 'number') faults.push(lines, start, end, event);
        else {
          events++;
          for (const rule of this.#matches(event, fixed)) hits.push(lines, start, end, rule);
        }
      }
      start = end + 1;
    }
    return {
      events,
      lines,
      hits: Uint32Array.from(hits),
      faults: Uint32Array.from(faults),
      cacheHits: cache.hits - hitsBefore,
      cacheMisses: cache.misses - missesBefore,
    };
  }

  async evaluateAsync(ndjson: Uint8Array, logsources: Uint32Array): Promise<Evaluated> {
    // Other work gets its turn between batches, if not within one.
    await new Promise(setImmediate);
    return this.evaluate(ndjson, ndjson.length, logsources);
  }

  decode(ndjson: Uint8Array): number {
    const bytes = Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.length);
    let events = 0;
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(0x0a, start);
      const end = newline === -1 ? bytes.length : newline;
      if (!isBlank(bytes, start, end)) {
        const event = parseEvent(bytes.subarray(start, end));
        if (typeof event !== 'number') {
          this.#collector.collect(event, false, this.#values);
          events++;
        }
      }
      start = end + 1;
    }
    return events;
  }

  explain(event: object, rule: number) {
    this.#explainer ??= new Explainer(this.#program);
    return this.#explainer.explain(event, rule);
  }

  close(): void {
    this.#classes.clear();
    this.#routes.clear();
    this.#everything = undefined;
  }

  #matches(event: object, fixed: Route | undefined): readonly number[] {
    this.#collector.collect(event, false, this.#values);
    const { eventClass, only } = fixed ?? this.#route();
    if (eventClass.searchesEveryValue) this.#collector.collect(event, true, this.#values);
    const matched = eventClass.matches(this.#values, this.#cache);
    return only ? matched.filter((rule) => only.has(this.#program.rules[rule]!.logsource)) : matched;
  }

  #route(): Route {
    const holding = this.#router.holding(this.#values, this.#cache);
    const key = [...holding].sort((a, b) => a - b).join();
    let route = this.#routes.get(key);
    if (!route) {
      const recognised = this.#router.matchesAll(holding);
      const logs = new Set(recognised.flatMap((id) => this.#program.recognisers[id]!.gives));
      route = recognised.length === 0 ? { eventClass: this.#all() } : this.#routeFrom(logs);
      if (this.#routes.size >= maxRoutes) this.#routes.clear();
      this.#routes.set(key, route);
    }
    return route;
  }

  #routeFrom(logs: ReadonlySet<number>): Route {
    const key = [...logs].sort((a, b) => a - b).join();
    let eventClass = this.#classes.get(key);
    if (!eventClass) {
      if (this.#classes.size >= maxClasses) return { eventClass: this.#all(), only: logs };
      const rules = [...this.#program.rules.entries()].filter(([, { logsource }]) => logs.has(logsource));
      eventClass = new EventClass(
        everything + 1 + this.#classes.size,
        rules,
        this.#program.predicates,
        this.#onDemand,
      );
      this.#classes.set(key, eventClass);
    }
    return { eventClass };
  }

  #all(): EventClass {
    this.#everything ??= new EventClass(
      everything,
      this.#program.rules.entries(),
      this.#program.predicates,
      this.#onDemand,
    );
    return this.#everything;
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a && byte !== 0x0c) return false;
  }
  return true;
}
