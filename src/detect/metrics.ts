import { type Evaluated, type EventFault, eventFault } from '../backend/contract/rule.ts';
import type { Registry } from '../metrics/index.ts';
import type { RuleBundle } from './bundle.ts';
import type { CorrelatorFigures } from './correlate/correlator.ts';
import type { Detection } from './detection.ts';

/** What a detector has loaded, as far as its figures go. */
interface Rules {
  readonly bundle: Pick<RuleBundle, 'rules' | 'correlations' | 'refused'>;
  readonly correlator: { readonly figures: CorrelatorFigures };
}

const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
const faultNames = {
  [eventFault.syntax]: 'syntax',
  [eventFault.notAnObject]: 'not_an_object',
  [eventFault.tooDeep]: 'too_deep',
  [eventFault.tooLong]: 'too_long',
  [eventFault.encoding]: 'encoding',
} as const satisfies Record<EventFault, string>;

const noRules = { detection: 0, correlation: 0, refused: 0 };
const noFigures: CorrelatorFigures = { groups: 0, hits: 0, evictedGroups: 0, lateHits: 0 };

/** One detector's part of the figures `wolfsec_detect_…`. Counts in plain numbers, which a scrape hands over. */
export class DetectMetrics implements Disposable {
  readonly #series: ReturnType<typeof declare>;
  readonly #end: () => void;
  #events = 0;
  #cacheHits = 0;
  #cacheMisses = 0;
  #of = noRules;
  #correlator: Rules['correlator'] = { figures: noFigures };
  #shown = noFigures;

  constructor(registry: Registry) {
    this.#series = declare(registry);
    this.#end = registry.onScrape(() => this.#show(this.#correlator.figures));
  }

  evaluated({ events, cacheHits, cacheMisses }: Evaluated): void {
    this.#events += events;
    this.#cacheHits += cacheHits;
    this.#cacheMisses += cacheMisses;
  }

  faulty(fault: number): void {
    this.#series.faults.inc({ reason: faultNames[fault as EventFault] ?? 'other' });
  }

  detected(detections: readonly Detection[]): void {
    for (const { level } of detections) this.#series.detections.inc({ level });
  }

  batch(seconds: number): void {
    this.#series.batches.observe(seconds);
  }

  loaded({ bundle, correlator }: Rules): void {
    this.#series.loads.inc({ outcome: 'success' });
    // What the correlator before counted is not lost; what it held is gone.
    this.#show({ ...this.#correlator.figures, groups: 0, hits: 0 });
    this.#correlator = correlator;
    this.#shown = noFigures;
    this.#count({
      detection: bundle.rules.length,
      correlation: bundle.correlations.length,
      refused: bundle.refused.length,
    });
  }

  loadFailed(): void {
    this.#series.loads.inc({ outcome: 'failure' });
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#show({ ...this.#correlator.figures, groups: 0, hits: 0 });
    this.#count(noRules);
  }

  #count(now: typeof noRules): void {
    for (const kind of ['detection', 'correlation', 'refused'] as const) {
      this.#series.rules.inc({ kind }, now[kind] - this.#of[kind]);
    }
    this.#of = now;
  }

  #show(now: CorrelatorFigures): void {
    const { events, valueCache, groups, hits, evictedGroups, lateHits } = this.#series;
    events.inc(this.#events);
    valueCache.hit.inc(this.#cacheHits);
    valueCache.miss.inc(this.#cacheMisses);
    this.#events = 0;
    this.#cacheHits = 0;
    this.#cacheMisses = 0;
    const before = this.#shown;
    groups.inc(now.groups - before.groups);
    hits.inc(now.hits - before.hits);
    evictedGroups.inc(now.evictedGroups - before.evictedGroups);
    lateHits.inc(now.lateHits - before.lateHits);
    this.#shown = now;
  }
}

function declare(registry: Registry) {
  const counter = <const L extends string = never>(name: string, help: string, ...labels: L[]) =>
    registry.counter({ name: `wolfsec_detect_${name}_total`, help, labels });
  const gauge = <const L extends string = never>(name: string, help: string, ...labels: L[]) =>
    registry.gauge({ name: `wolfsec_detect_${name}`, help, labels });
  const detections = counter('detections', 'Detections raised, by level.', 'level');
  // From zero on, so that the first one is a rise that alert rules see.
  for (const level of levels) detections.inc({ level }, 0);
  const loads = counter('loads', 'Times that rules were loaded, the first time included.', 'outcome');
  for (const outcome of ['success', 'failure']) loads.inc({ outcome }, 0);
  const caches = registry.counter({
    name: 'wolfsec_cache_requests_total',
    help: 'Reads of a cache by what they found.',
    labels: ['cache', 'outcome'],
  });
  const batches = registry.exponentialHistogram({
    name: 'wolfsec_detect_batch_duration_seconds',
    help: 'From being given a batch to having its detections.',
    unit: 'seconds',
  });
  return {
    events: counter('events', 'Events evaluated.'),
    faults: counter('faults', 'Lines and values that are not events.', 'reason'),
    detections,
    batches: batches.labels(),
    loads,
    rules: gauge('rules', 'Rules loaded; those refused besides.', 'kind'),
    valueCache: { hit: caches.labels('detect_values', 'hit'), miss: caches.labels('detect_values', 'miss') },
    groups: gauge('correlation_groups', 'Groups whose hits correlations count now.'),
    hits: gauge('correlation_hits', 'Hits that correlations keep now.'),
    evictedGroups: counter('correlation_evicted_groups', 'Groups given up for want of room.'),
    lateHits: counter('correlation_late_hits', 'Hits dropped because they came a timespan late.'),
  };
}
