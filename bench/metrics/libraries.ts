import { Registry } from '../../src/metrics/index.ts';
import { peer } from '../harness/peer.ts';

export const methods = ['GET', 'PUT', 'POST', 'DELETE'];

/** Counters by method and route, histograms by route: what each library is asked to do. */
export interface Library {
  count(method: string, route: string): void;
  observe(route: string, seconds: number): void;
  /** The whole text, as a scraper gets it. */
  scrape(): Promise<string | Uint8Array>;
}

/** Libraries by name, made when they are asked for; `undefined` where a peer is not installed. */
export const libraries = {
  native: () => wolfsec(),
  portable: () => wolfsec(),
  'prom-client': promClient,
  OpenTelemetry: openTelemetry,
  'no metrics': async (): Promise<Library> => ({ count() {}, observe() {}, scrape: async () => '' }),
} satisfies Record<string, () => Promise<Library | undefined>>;

export type LibraryName = keyof typeof libraries;

const name = { requests: 'requests_total', duration: 'request_duration_seconds' };
const help = 'A metric.';

/** Above what any run makes: nobody may save work by dropping series. */
const seriesLimit = 1_000_000;

async function wolfsec(): Promise<Library> {
  const registry = new Registry({ seriesLimit });
  const requests = registry.counter({ name: name.requests, help, labels: ['method', 'route'] });
  const duration = registry.histogram({ name: name.duration, help, labels: ['route'] });
  return {
    count: (method, route) => requests.inc({ method, route }),
    observe: (route, seconds) => duration.observe({ route }, seconds),
    scrape: () => registry.expose(),
  };
}

async function promClient(): Promise<Library | undefined> {
  const library = await peer('prom-client');
  if (!library) return undefined;
  const registry = new library.Registry();
  const registers = [registry];
  const requests = new library.Counter({
    name: name.requests,
    help,
    labelNames: ['method', 'route'],
    registers,
  });
  const duration = new library.Histogram({ name: name.duration, help, labelNames: ['route'], registers });
  return {
    count: (method, route) => requests.inc({ method, route }),
    observe: (route, seconds) => duration.observe({ route }, seconds),
    scrape: () => registry.metrics(),
  };
}

async function openTelemetry(): Promise<Library | undefined> {
  const sdk = await peer('@opentelemetry/sdk-metrics');
  const exporter = await peer('@opentelemetry/exporter-prometheus');
  if (!sdk || !exporter) return undefined;
  class Reader extends sdk.MetricReader {
    constructor() {
      super({ cardinalitySelector: () => seriesLimit });
    }
    async onShutdown() {}
    async onForceFlush() {}
  }
  const reader = new Reader();
  const meter = new sdk.MeterProvider({ readers: [reader] }).getMeter('bench');
  const requests = meter.createCounter('requests');
  // The bounds that the other two have by default.
  const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const duration = meter.createHistogram(name.duration, { advice: { explicitBucketBoundaries } });
  const serializer = new exporter.PrometheusSerializer();
  return {
    count: (method, route) => requests.add(1, { method, route }),
    observe: (route, seconds) => duration.record(seconds, { route }),
    scrape: async () => serializer.serialize((await reader.collect()).resourceMetrics),
  };
}

/** The sum of all samples whose line begins with `metric`; a check that nothing was lost. */
export function total(text: string | Uint8Array, metric: string): number {
  const lines = (typeof text === 'string' ? text : Buffer.from(text).toString()).split('\n');
  let sum = 0;
  for (const line of lines) {
    // OpenTelemetry may put the scope among the labels, and a timestamp is written by none of the three.
    if (line.startsWith(`${metric}{`)) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
