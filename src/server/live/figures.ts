import { Registry } from '../../metrics/index.ts';
import type { IngestOutcome, IngestTotals } from '../../pipeline/index.ts';
import type { EngineFigures } from '../api.ts';

/** What the figures are read from. */
export interface EngineSource {
  totals(): IngestTotals;
  queue(): EngineFigures['queue'];
  pool(): EngineFigures['pool'];
  /** Look-ups answered from the cache, and those that were not. */
  cache(): { readonly hits: number; readonly misses: number };
  alerts(): EngineFigures['alerts'];
  watchers(): number;
}

/** Columns of the history, in the order of its rows. */
export const historyColumns = [
  'atMs',
  'eventsPerSecond',
  'detectionsPerSecond',
  'p50',
  'p95',
  'p99',
  'errorRatio',
  'queuedBatches',
  'cpuRatio',
  'rssBytes',
  'poolUtilisation',
  'cacheHitRatio',
] as const;

type Row = readonly (number | null)[];

interface Sample {
  readonly atMs: number;
  readonly totals: IngestTotals;
  readonly cpuMicros: number;
  readonly cache: { readonly hits: number; readonly misses: number };
}

const everyMs = 1_000;
/** Seconds of history that are kept. */
const maxRows = 900;
/** Samples that ratios look back over. */
const lookBack = 60;

/** Takes the engine's figures once a second, and keeps a quarter of an hour of them. */
export class EngineWatch {
  readonly #source: EngineSource;
  readonly #latency = new Registry().summary({
    name: 'latency_seconds',
    help: 'From taking a batch in to its detections being stored.',
    windowMs: lookBack * everyMs,
  });
  readonly #startedMs = Date.now();
  readonly #samples: Sample[] = [];
  readonly #rows: Row[] = [];
  readonly #timer: NodeJS.Timeout;
  #figures: EngineFigures;

  constructor(source: EngineSource) {
    this.#source = source;
    this.#samples.push(this.#sample());
    this.#figures = this.#read();
    this.#timer = setInterval(() => this.#tick(), everyMs).unref();
  }

  /** To be told of each batch that is stored. */
  stored(_: IngestOutcome, seconds: number): void {
    this.#latency.observe(seconds);
  }

  get figures(): EngineFigures {
    return this.#figures;
  }

  /** The last seconds, oldest first. */
  history(seconds: number): Row[] {
    return this.#rows.slice(Math.max(0, this.#rows.length - seconds));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#samples.push(this.#sample());
    if (this.#samples.length > lookBack + 1) this.#samples.shift();
    const now = this.#read();
    this.#figures = now;
    const { latencyMs } = now;
    this.#rows.push([
      now.atMs,
      round(now.eventsPerSecond),
      round(now.detectionsPerSecond),
      latencyMs && round(latencyMs.p50),
      latencyMs && round(latencyMs.p95),
      latencyMs && round(latencyMs.p99),
      round(now.errorRatio),
      now.queue.batches,
      round(now.cpuRatio),
      now.rssBytes,
      round(now.pool.utilisation),
      now.cacheHitRatio,
    ]);
    if (this.#rows.length > maxRows) this.#rows.shift();
  }

  #sample(): Sample {
    const { user, system } = process.cpuUsage();
    return {
      atMs: Date.now(),
      totals: this.#source.totals(),
      cpuMicros: user + system,
      cache: this.#source.cache(),
    };
  }

  #read(): EngineFigures {
    const last = this.#samples.at(-1) as Sample;
    const before = this.#samples.at(-2) ?? last;
    const first = this.#samples[0] as Sample;
    const seconds = Math.max(0.001, (last.atMs - before.atMs) / 1_000);
    const rate = (name: keyof IngestTotals) => (last.totals[name] - before.totals[name]) / seconds;
    const grown = (name: keyof IngestTotals) => last.totals[name] - first.totals[name];
    const lookedUp = last.cache.hits + last.cache.misses - first.cache.hits - first.cache.misses;
    const { events, detections, faults } = last.totals;
    return {
      atMs: last.atMs,
      eventsPerSecond: rate('events'),
      bytesPerSecond: rate('bytes'),
      detectionsPerSecond: rate('detections'),
      latencyMs: this.#latencies(),
      errorRatio: ratio(grown('dropped'), grown('batches') + grown('dropped')),
      faultRatio: ratio(grown('faults'), grown('events') + grown('faults')),
      queue: this.#source.queue(),
      cpuRatio: (last.cpuMicros - before.cpuMicros) / 1e6 / seconds,
      rssBytes: process.memoryUsage.rss(),
      heapUsedBytes: process.memoryUsage().heapUsed,
      pool: this.#source.pool(),
      cacheHitRatio: lookedUp > 0 ? ratio(last.cache.hits - first.cache.hits, lookedUp) : null,
      alerts: this.#source.alerts(),
      totals: { events, detections, faults },
      uptimeMs: last.atMs - this.#startedMs,
      watchers: this.#source.watchers(),
    };
  }

  #latencies(): EngineFigures['latencyMs'] {
    const of = (q: number) => this.#latency.quantile(q) * 1_000;
    const p50 = of(0.5);
    return Number.isNaN(p50) ? null : { p50, p95: of(0.95), p99: of(0.99) };
  }
}

const ratio = (part: number, whole: number) => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);
const round = (value: number) => Math.round(value * 1_000) / 1_000;
