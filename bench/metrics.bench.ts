import { createHistogram } from 'node:perf_hooks';
import { Registry } from '../src/metrics/index.ts';
import { peer, suite } from './harness/index.ts';

const promClient = (await peer('prom-client')) as typeof import('prom-client') | undefined;
const methods = ['GET', 'PUT', 'POST', 'DELETE'];
const routes = ['/a', '/b', '/c', '/d'];

const registry = new Registry();
const labels = ['method', 'route'] as const;
const counter = registry.counter({ name: 'c', help: 'c', labels });
const handle = counter.labels('GET', '/a');
const exponential = registry.exponentialHistogram({ name: 'e', help: 'e' });
const series = exponential.labels();
const fixed = registry.histogram({ name: 'h', help: 'h' }).labels();
const theirs = promClient && new promClient.Registry();
const theirCounter =
  promClient && new promClient.Counter({ name: 'c', help: 'c', labelNames: labels, registers: [theirs!] });
const theirHistogram = promClient && new promClient.Histogram({ name: 'h', help: 'h', registers: [theirs!] });
const theirPlain = promClient && new promClient.Counter({ name: 'p', help: 'p', registers: [theirs!] });
const node = createHistogram();

export default suite('metrics', (s) => {
  s.group(
    'count, series at hand',
    { expect: true },
    {
      portable: () => {
        handle.inc();
        return true;
      },
      'prom-client': theirPlain && (() => (theirPlain.inc() as unknown) !== 0),
    },
  );
  s.group(
    'count, two labels',
    { expect: true },
    {
      portable: (i) =>
        (counter.inc({ method: methods[i & 3]!, route: routes[(i >> 2) & 3]! }) as unknown) !== 0,
      'prom-client':
        theirCounter &&
        ((i) =>
          (theirCounter.inc({ method: methods[i & 3]!, route: routes[(i >> 2) & 3]! }) as unknown) !== 0),
    },
  );
  s.group(
    'observe',
    { expect: true },
    {
      'exponential portable': (i) => (series.observe((i & 1023) + 1) as unknown) !== 0,
      portable: (i) => (fixed.observe((i & 1023) / 100) as unknown) !== 0,
      'prom-client': theirHistogram && ((i) => (theirHistogram.observe((i & 1023) / 100) as unknown) !== 0),
      perf_hooks: (i) => (node.record((i & 1023) + 1) as unknown) !== 0,
    },
  );
});
