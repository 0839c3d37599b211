// Single records, which stay in JavaScript: the same with both back ends. Scrapes and a steady load: metrics/report.ts.
import { createHistogram } from 'node:perf_hooks';
import { Registry } from '../src/metrics/index.ts';
import { peer, suite } from './harness/index.ts';
import { ArrayElement, ArrayElements } from './metrics/floor.ts';

const promClient = await peer('prom-client');
const openTelemetry = await peer('@opentelemetry/sdk-metrics');
const hdr = await peer('hdr-histogram-js');

const methods = ['GET', 'PUT', 'POST', 'DELETE'];
const routes = ['/a', '/b', '/c', '/d'];
const labels = ['method', 'route'] as const;
const labelsOf = (i: number) => ({ method: methods[i & 3]!, route: routes[(i >> 2) & 3]! });
/** Recorders give nothing back, and a case must: this keeps the call and says that it returned. */
const done = (_: unknown) => true;

const registry = new Registry();
const counter = registry.counter({ name: 'c', help: 'c', labels });
const series = counter.labels('GET', '/a');
const exponential = registry.exponentialHistogram({ name: 'e', help: 'e' }).labels();
const fixed = registry.histogram({ name: 'h', help: 'h' }).labels();

/** As a service has them: some metrics, many series. One series alone is a constant to V8. */
const turns = 64;
const inTurn = <T>(make: (metric: number, turn: number) => T) =>
  Array.from({ length: turns }, (_, turn) => make(turn & 3, turn));
const counters = Array.from({ length: 4 }, (_, i) =>
  registry.counter({ name: `turn_${i}`, help: 'c', labels }),
);
const exponentials = Array.from({ length: 4 }, (_, i) =>
  registry.exponentialHistogram({ name: `turn_seconds_${i}`, help: 'h', labels }),
);
const counted = inTurn((metric, turn) => counters[metric]!.labels('GET', turn));
const observed = inTurn((metric, turn) => exponentials[metric]!.labels('GET', turn));

const registers = promClient && [new promClient.Registry()];
const theirs = promClient && {
  labelled: new promClient.Counter({ name: 'c', help: 'c', labelNames: labels, registers }),
  plain: new promClient.Counter({ name: 'p', help: 'p', registers }),
  histogram: new promClient.Histogram({ name: 'h', help: 'h', registers }),
};
const theirCounters =
  promClient &&
  Array.from(
    { length: 4 },
    (_, i) => new promClient.Counter({ name: `turn_${i}`, help: 'c', labelNames: labels, registers }),
  );
const theirCounted =
  theirCounters && inTurn((metric, turn) => theirCounters[metric].labels('GET', `${turn}`));

function openTelemetryInstruments() {
  class Reader extends openTelemetry.MetricReader {
    async onShutdown() {}
    async onForceFlush() {}
  }
  const provider = new openTelemetry.MeterProvider({ readers: [new Reader()] });
  const meter = provider.getMeter('bench');
  return { counter: meter.createCounter('c'), histogram: meter.createHistogram('h') };
}
const instruments = openTelemetry && openTelemetryInstruments();
const attributes = inTurn((_, turn) => ({ method: 'GET', route: `${turn}` }));
const node = createHistogram();
const nodes = inTurn(() => createHistogram({ lowest: 1, highest: 3_600_000_000_000, figures: 2 }));
const high = hdr?.build({
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000,
  numberOfSignificantValueDigits: 2,
});

const element = new ArrayElement(new Float64Array(turns), 0);
const columns = inTurn(() => new Float64Array(turns)).slice(0, 4);
const elements = inTurn((metric, turn) => new ArrayElement(columns[metric]!, turn));
const twoElements = new ArrayElements(new Float64Array(turns), new Uint32Array(1024), 0);
const pairs = inTurn((metric, turn) => new ArrayElements(columns[metric]!, new Uint32Array(1024), turn));

/** 1 to 1024: ten powers of two, and integers, since two of the peers take no others. */
const sample = (i: number) => (i & 1023) + 1;

/** Times as a service has them: half of them near 18 ms, and a tail. The steps have no pattern to guess. */
const seconds = Float64Array.from({ length: 1024 }, (_, i) => {
  const share = (((i * 619) % 1024) + 0.5) / 1024;
  return 0.018 * (share / (1 - share)) ** 0.7;
});

export default suite('metrics', (s) => {
  s.group(
    'count, series at hand',
    { expect: true },
    {
      portable: () => done(series.inc()),
      'prom-client': theirs && (() => done(theirs.plain.inc())),
      OpenTelemetry: instruments && (() => done(instruments.counter.add(1))),
      '(array element)': () => done(element.add(1)),
      '(nothing)': (i) => done(i),
    },
  );
  s.group(
    'count, 64 series at hand in turn',
    { expect: true },
    {
      portable: (i) => done(counted[i & 63]!.inc()),
      'prom-client': theirCounted && ((i) => done(theirCounted[i & 63]!.inc())),
      OpenTelemetry: instruments && ((i) => done(instruments.counter.add(1, attributes[i & 63]!))),
      '(array element)': (i) => done(elements[i & 63]!.add(1)),
      '(nothing)': (i) => done(counted[i & 63]!),
    },
  );
  s.group(
    'count, two labels',
    { expect: true },
    {
      portable: (i) => done(counter.inc(labelsOf(i))),
      'prom-client': theirs && ((i) => done(theirs.labelled.inc(labelsOf(i)))),
      OpenTelemetry: instruments && ((i) => done(instruments.counter.add(1, labelsOf(i)))),
    },
  );
  s.group(
    'observe in buckets',
    { expect: true },
    {
      portable: (i) => done(fixed.observe(sample(i) / 100)),
      'prom-client': theirs && ((i) => done(theirs.histogram.observe(sample(i) / 100))),
      OpenTelemetry: instruments && ((i) => done(instruments.histogram.record(sample(i) / 100))),
    },
  );
  s.group(
    'observe for quantiles',
    { expect: true },
    {
      portable: (i) => done(exponential.observe(sample(i))),
      'hdr-histogram-js': high && ((i) => done(high.recordValue(sample(i)))),
      perf_hooks: (i) => done(node.record(sample(i))),
      '(two array elements)': (i) => done(twoElements.add(sample(i))),
      '(nothing)': (i) => done(sample(i)),
    },
  );
  s.group(
    'observe seconds for quantiles, 64 series in turn',
    { expect: true },
    {
      portable: (i) => done(observed[i & 63]!.observe(seconds[i & 1023]!)),
      perf_hooks: (i) => done(nodes[i & 63]!.record(Math.round(seconds[i & 1023]! * 1e9))),
      '(two array elements)': (i) => done(pairs[i & 63]!.add(seconds[i & 1023]!)),
      '(nothing)': (i) => done(observed[i & 63]! && seconds[i & 1023]!),
    },
  );
});
