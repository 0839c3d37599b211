import type { Counter } from './counter.ts';
import type { ExponentialHistogram } from './exponential.ts';
import type { Gauge } from './gauge.ts';
import { Registry } from './registry.ts';
import { SpanTimer } from './timer.ts';

/** Names that may be counted or gauged without being declared; the rest share `wolfsec_undeclared`. */
const maxUndeclared = 1000;

/** Recording by name alone, for code that declares nothing. */
export class Metrics {
  readonly registry: Registry;
  readonly #latency: ExponentialHistogram<'operation'>;
  readonly #counters = new Map<string, Counter<never>>();
  readonly #gauges = new Map<string, Gauge<never>>();

  /** Declares its metrics in `registry`, by default a new one. */
  constructor(registry: Registry = new Registry()) {
    this.registry = registry;
    this.#latency = registry.exponentialHistogram({
      name: 'wolfsec_operation_duration_seconds',
      help: 'Time that an operation took.',
      unit: 'seconds',
      labels: ['operation'],
    });
  }

  /** Records that `operation` took `latencyMs` milliseconds, in `wolfsec_operation_duration_seconds`. */
  recordLatency(operation: string, latencyMs: number): void {
    this.#latency.record(this.#latency.seriesOf1(operation), latencyMs / 1000);
  }

  /**
   * Adds to the counter `<name>_total`.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a name outside the Prometheus rules.
   */
  incrementCounter(name: string, amount = 1): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = this.registry.counter({ name: this.#free(name, this.#counters), help: `Count of ${name}.` });
      if (this.#counters.size < maxUndeclared) this.#counters.set(name, counter);
    }
    counter.add(0, amount);
  }

  /**
   * Sets the gauge `name`.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a name outside the Prometheus rules.
   */
  gauge(name: string, value: number): void {
    let gauge = this.#gauges.get(name);
    if (gauge === undefined) {
      gauge = this.registry.gauge({
        name: this.#free(name, this.#gauges, '_value'),
        help: `Value of ${name}.`,
      });
      if (this.#gauges.size < maxUndeclared) this.#gauges.set(name, gauge);
    }
    gauge.write(0, value);
  }

  /** Times a block: `using _ = metrics.timer('lookup')` records when the block is left. */
  timer(operation: string): SpanTimer {
    return new SpanTimer((seconds) => this.recordLatency(operation, seconds * 1000));
  }

  /** A quantile of an operation's latency in milliseconds; NaN where there is none. */
  latencyMs(operation: string, quantile: number): number {
    return this.#latency.quantile(quantile, { operation }) * 1000;
  }

  #free(name: string, known: ReadonlyMap<string, unknown>, suffix = ''): string {
    return known.size < maxUndeclared ? name : `wolfsec_undeclared${suffix}`;
  }
}

let shared: Metrics | undefined;

/** The process's own metrics, which every part of Wolfsec records to unless it is given a registry. */
export function defaultMetrics(): Metrics {
  shared ??= new Metrics();
  return shared;
}

/** The registry of {@link defaultMetrics}. */
export const defaultRegistry = (): Registry => defaultMetrics().registry;

/** {@link Metrics.recordLatency} of the default metrics. */
export const recordLatency = (operation: string, latencyMs: number): void =>
  defaultMetrics().recordLatency(operation, latencyMs);

/** {@link Metrics.incrementCounter} of the default metrics. */
export const incrementCounter = (name: string, amount = 1): void =>
  defaultMetrics().incrementCounter(name, amount);

/** {@link Metrics.gauge} of the default metrics. */
export const gauge = (name: string, value: number): void => defaultMetrics().gauge(name, value);

/** {@link Metrics.timer} of the default metrics. */
export const timer = (operation: string): SpanTimer => defaultMetrics().timer(operation);
