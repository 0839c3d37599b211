import {
  type Counter,
  type CounterSeries,
  defaultRegistry,
  type GaugeSeries,
  type ObserverSeries,
  type Registry,
} from '../metrics/index.ts';

/** The figures of one batcher, labelled by its name. */
export class BatcherMetrics {
  readonly pending: GaugeSeries;
  readonly waits: CounterSeries;
  readonly failures: CounterSeries;
  readonly seconds: ObserverSeries;
  readonly #items: CounterSeries;
  readonly #flushes: Counter<'batcher' | 'cause'>;
  readonly #name: string;

  constructor(name: string, registry: Registry = defaultRegistry()) {
    this.#name = name;
    const labels = ['batcher'] as const;
    const counter = (suffix: string, help: string) =>
      registry.counter({ name: `wolfsec_batcher_${suffix}_total`, help, labels }).labels(name);
    this.#items = counter('items', 'Items that went out in batches.');
    this.waits = counter('waits', 'Items that had to wait for room.');
    this.failures = counter('failures', 'Batches whose flush failed.');
    this.#flushes = registry.counter({
      name: 'wolfsec_batcher_flushes_total',
      help: 'Batches by what closed them: items, bytes, delay or flush.',
      labels: ['batcher', 'cause'],
    });
    this.pending = registry
      .gauge({ name: 'wolfsec_batcher_pending', help: 'Items held.', labels })
      .labels(name);
    this.seconds = registry
      .exponentialHistogram({
        name: 'wolfsec_batcher_flush_duration_seconds',
        help: 'Time that a batch took.',
        unit: 'seconds',
        labels,
      })
      .labels(name);
  }

  flushed(cause: string, items: number): void {
    this.#items.inc(items);
    this.#flushes.add(this.#flushes.seriesOf2(this.#name, cause), 1);
  }
}
