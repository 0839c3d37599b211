export { answerPrimary, ClusterHub, type ClusterHubOptions } from './cluster.ts';
export { Counter, type CounterSeries } from './counter.ts';
export type { Exemplar } from './exemplars.ts';
export { ExponentialHistogram, type ExponentialHistogramOptions, exponentialBounds } from './exponential.ts';
export { type Aggregation, Family, type LabelValues, type MetricOptions } from './family.ts';
export type { TextFormat } from './frame.ts';
export { Gauge, type GaugeOptions, type GaugeSeries } from './gauge.ts';
export {
  defaultBuckets,
  exponentialBuckets,
  Histogram,
  type HistogramOptions,
  linearBuckets,
} from './histogram.ts';
export { mergeInto } from './merge.ts';
export type { MetricType } from './names.ts';
export { contentTypes, negotiate } from './negotiate.ts';
export { Observer, type ObserverSeries } from './observer.ts';
export { openTelemetryProducer } from './open-telemetry.ts';
export {
  defaultMetrics,
  defaultRegistry,
  gauge,
  incrementCounter,
  Metrics,
  recordLatency,
  timer,
} from './operations.ts';
export { exportOtlp, type OtlpExport, type OtlpExportOptions } from './otlp.ts';
export { type PoolState, type QueueState, watchPool, watchQueue } from './pool.ts';
export { mountInPromClient, type PromClientRegistry } from './prom-client.ts';
export { Registry, type RegistryOptions, type Scrape } from './registry.ts';
export { watchRuntime } from './runtime.ts';
export type { FamilySnapshot, RegistrySnapshot, SeriesSnapshot } from './snapshot.ts';
export { Info, StateSet, type StateSetOptions } from './state.ts';
export { Summary, type SummaryOptions } from './summary.ts';
export { ThreadHub, threadRegistry } from './threads.ts';
export { SpanTimer } from './timer.ts';
