import { createHistogram } from 'node:perf_hooks';
import { type Library, methods, total } from './libraries.ts';

export interface LoadFigures {
  readonly records: number;
  /** From the time that a record was due to the time that it was made. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface LoadShape {
  readonly recordsPerSecond: number;
  readonly counters: number;
  readonly histograms: number;
  readonly scrapeEveryMs: number;
  readonly seconds: number;
}

const warmUpSeconds = 3;

/**
 * Records at a fixed rate, however long the loop was held, while a scraper asks every so often. A record that
 * comes late counts as late: the times due are fixed beforehand, so that a stall shows in every record it delays.
 */
export async function measureLoad(library: Library, shape: LoadShape): Promise<LoadFigures> {
  const routes = Array.from({ length: shape.counters / methods.length }, (_, i) => `/users/${i}`);
  for (const method of methods) for (const route of routes) library.count(method, route);
  for (let i = 0; i < shape.histograms; i++) library.observe(routes[i]!, 0);
  let counted = shape.counters;
  let observed = shape.histograms;

  const latency = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 });
  const stepMs = 1000 / shape.recordsPerSecond;
  let records = 0;
  const record = (i: number) => {
    // Steps that share no divisor with the sizes, so that every series has its turn.
    if (i % 2 === 0) {
      library.count(methods[(i >> 1) & 3]!, routes[(i * 7919) % routes.length]!);
      counted++;
    } else {
      library.observe(routes[(i * 7919) % shape.histograms]!, (i & 1023) / 1000);
      observed++;
    }
  };
  let scrapes = Promise.resolve<string | Uint8Array>('');
  let nextScrape = shape.scrapeEveryMs;
  await new Promise<void>((done) => {
    const started = performance.now();
    const measured = warmUpSeconds * 1000;
    const end = measured + shape.seconds * 1000;
    const turn = () => {
      const now = performance.now() - started;
      for (let due = records * stepMs; due <= now; due = ++records * stepMs) {
        record(records);
        if (due >= measured)
          latency.record(Math.max(1, Math.round((performance.now() - started - due) * 1e6)));
      }
      if (now >= nextScrape) {
        nextScrape += shape.scrapeEveryMs;
        // One after the other, as a scraper asks.
        scrapes = scrapes.then(() => library.scrape());
      }
      if (now < end) setImmediate(turn);
      else done();
    };
    turn();
  });
  await scrapes;
  check(await library.scrape(), counted, observed);
  const ms = (percentile: number) => latency.percentile(percentile) / 1e6;
  return { records, p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9), maxMs: latency.max / 1e6 };
}

function check(text: string | Uint8Array, counted: number, observed: number): void {
  if (text.length === 0) return;
  if (total(text, 'requests_total') !== counted) throw new Error('a count was lost');
  if (total(text, 'request_duration_seconds_count') !== observed) throw new Error('an observation was lost');
}
