// Single records, which stay in JavaScript: the same with both back ends. Scrapes and a steady load: metrics/report.ts.
import { createHistogram } from 'node:perf_hooks';
import { Registry } from '../src/metrics/index.ts';
import { peer, suite } from './harness/index.ts';

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

const registers = promClient && [new promClient.Registry()];
const theirs = promClient && {
  labelled: new promClient.Counter({ name: 'c', help: 'c', labelNames: labels, registers }),
  plain: new promClient.Counter({ name: 'p', help: 'p', registers }),
  histogram: new promClient.Histogram({ name: 'h', help: 'h', registers }),
};

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
const node = createHistogram();
const high = hdr?.build({
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000,
  numberOfSignificantValueDigits: 2,
});

/** 1 to 1024: ten powers of two, and integers, since two of the peers take no others. */
const sample = (i: number) => (i & 1023) + 1;

export default suite('metrics', (s) => {
  s.group(
    'count, series at hand',
    { expect: true },
    {
      portable: () => done(series.inc()),
      'prom-client': theirs && (() => done(theirs.plain.inc())),
      OpenTelemetry: instruments && (() => done(instruments.counter.add(1))),
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
    },
  );
});
