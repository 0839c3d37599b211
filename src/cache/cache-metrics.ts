import type { ObserverSeries } from '../metrics/index.ts';
import { type CounterSeries, defaultRegistry, type GaugeSeries, type Registry } from '../metrics/index.ts';

/** The figures of one cache, labelled by its name. */
export class CacheMetrics {
  readonly hits: CounterSeries;
  readonly negativeHits: CounterSeries;
  readonly staleHits: CounterSeries;
  readonly misses: CounterSeries;
  readonly evictions: CounterSeries;
  readonly failures: CounterSeries;
  readonly entries: GaugeSeries;
  readonly lookupSeconds: ObserverSeries;

  constructor(cache: string, registry: Registry = defaultRegistry()) {
    const requests = registry.counter({
      name: 'wolfsec_cache_requests_total',
      help: 'Reads of a cache by what they found.',
      labels: ['cache', 'outcome'],
    });
    this.hits = requests.labels(cache, 'hit');
    this.negativeHits = requests.labels(cache, 'negative_hit');
    this.staleHits = requests.labels(cache, 'stale_hit');
    this.misses = requests.labels(cache, 'miss');
    this.evictions = registry
      .counter({
        name: 'wolfsec_cache_evictions_total',
        help: 'Entries that made room for others before their time.',
        labels: ['cache'],
      })
      .labels(cache);
    this.failures = registry
      .counter({
        name: 'wolfsec_cache_lookup_failures_total',
        help: 'Look-ups behind a cache that failed.',
        labels: ['cache'],
      })
      .labels(cache);
    this.entries = registry
      .gauge({ name: 'wolfsec_cache_entries', help: 'Entries that a cache holds.', labels: ['cache'] })
      .labels(cache);
    this.lookupSeconds = registry
      .exponentialHistogram({
        name: 'wolfsec_cache_lookup_duration_seconds',
        help: 'Time of the look-ups behind a cache.',
        unit: 'seconds',
        labels: ['cache'],
      })
      .labels(cache);
  }

  /** Hits of all kinds over reads, 0 to 1; NaN before the first read. */
  get hitRate(): number {
    const hits = this.hits.value + this.negativeHits.value + this.staleHits.value;
    return hits / (hits + this.misses.value);
  }
}
