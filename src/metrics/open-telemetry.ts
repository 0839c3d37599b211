import { ExponentialHistogram } from './exponential.ts';
import type { Family } from './family.ts';
import { Histogram } from './histogram.ts';
import type { Registry } from './registry.ts';
import { fullCounts, takenSamples } from './samples.ts';
import { Summary } from './summary.ts';

/** Numbers of `DataPointType` and `AggregationTemporality` in `@opentelemetry/sdk-metrics`. */
const histogramPoint = 0;
const gaugePoint = 2;
const sumPoint = 3;
const cumulative = 1;

type HrTime = [seconds: number, nanos: number];
interface Point {
  readonly attributes: Record<string, string | number>;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly value: unknown;
}

/** What `collect` gives: the shape of `MetricProducer` in `@opentelemetry/sdk-metrics` 2 and 3. */
interface Collected {
  readonly resourceMetrics: {
    readonly resource: never;
    readonly scopeMetrics: { readonly scope: { readonly name: string }; readonly metrics: never[] }[];
  };
  readonly errors: unknown[];
}

/**
 * Our metrics for a reader of the OpenTelemetry SDK, and through it for an OTLP exporter:
 *
 * ```ts
 * new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), metricProducers: [openTelemetryProducer(registry)] })
 * ```
 *
 * Needs `@opentelemetry/sdk-metrics` 2 or 3 on the caller's side alone; {@link exportOtlp} sets all of it up. Exponential histograms go out with their
 * own log-linear bounds, so that no precision is lost; the quantiles of summaries as gauges.
 *
 * @param resource The SDK's resource, e.g. `resourceFromAttributes({ 'service.name': 'api' })`.
 */
export function openTelemetryProducer(
  registry: Registry,
  resource?: unknown,
): {
  /** All metrics as they stand, for the reader that asks. */
  collect(): Promise<Collected>;
} {
  return {
    async collect() {
      const metrics = registry.families().flatMap(metricsOf);
      const scopeMetrics = [{ scope: { name: 'wolfsec' }, metrics: metrics as never[] }];
      return { resourceMetrics: { resource: (resource ?? noResource) as never, scopeMetrics }, errors: [] };
    },
  };
}

const noResource = {
  attributes: {},
  merge: (other: unknown) => other ?? noResource,
  getRawAttributes: () => [],
};

function metricsOf(family: Family): unknown[] {
  const descriptor = { name: family.name, description: family.help, unit: family.unit ?? '', valueType: 1 };
  const observed = family instanceof Histogram || family instanceof ExponentialHistogram;
  if (observed) {
    const dataPoints = points(family, (id) => histogramValue(family, id));
    return [
      {
        descriptor: { ...descriptor, type: 'HISTOGRAM' },
        aggregationTemporality: cumulative,
        dataPointType: histogramPoint,
        dataPoints,
      },
    ];
  }
  if (family instanceof Summary) {
    const dataPoints = points(family, () => 0).slice(0, 0);
    for (const sample of takenSamples(family).values) {
      if (sample.metricName !== undefined) continue;
      dataPoints.push({
        attributes: sample.labels,
        startTime: time(Date.now() / 1000),
        endTime: time(Date.now() / 1000),
        value: sample.value,
      });
    }
    return [
      {
        descriptor: { ...descriptor, type: 'GAUGE' },
        aggregationTemporality: cumulative,
        dataPointType: gaugePoint,
        dataPoints,
      },
    ];
  }
  const dataPoints = points(family, (id) => family.valueOf(id));
  if (family.type === 'counter') {
    const about = { descriptor: { ...descriptor, type: 'COUNTER' }, aggregationTemporality: cumulative };
    return [{ ...about, dataPointType: sumPoint, isMonotonic: true, dataPoints }];
  }
  return [
    {
      descriptor: { ...descriptor, type: 'GAUGE' },
      aggregationTemporality: cumulative,
      dataPointType: gaugePoint,
      dataPoints,
    },
  ];
}

function points(family: Family, read: (id: number) => unknown): Point[] {
  const endTime = time(Date.now() / 1000);
  const made: Point[] = [];
  for (let id = 0; id < family.table.end; id++) {
    if (!family.table.isAlive(id)) continue;
    const attributes = family.labelsOf(id);
    made.push({ attributes, startTime: time(family.createdSeconds[id]!), endTime, value: read(id) });
  }
  return made;
}

function histogramValue(family: Histogram | ExponentialHistogram, id: number): unknown {
  const buckets =
    family instanceof Histogram
      ? {
          boundaries: [...family.bounds],
          counts: [...family.values.subarray(id * family.stride, (id + 1) * family.stride - 1)],
        }
      : fullCounts(family, id);
  return { buckets, sum: family.sumOf(id), count: family.countOf(id) };
}

function time(seconds: number): HrTime {
  const whole = Math.floor(seconds);
  return [whole, Math.round((seconds - whole) * 1e9)];
}
