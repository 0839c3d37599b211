import { LRUCache } from 'lru-cache';
import type { LineFault } from '../detect/fault.ts';
import type {
  BatchResult,
  CorrelationHit,
  Detection,
  EventPlace,
  Logsource,
  ThreatDetector,
} from '../detect/index.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import { Registry } from '../metrics/index.ts';
import { ingestMetrics } from './ingest-metrics.ts';

/** Events on their way in. */
export interface IngestBatch {
  /** One event a line. The bytes must stay as they are until `take` settles. */
  readonly ndjson: Uint8Array;
  /** Kind of front door, for metrics: few values, e.g. `ndjson`, `syslog`. */
  readonly door: string;
  /**
   * Names the batch in event references. A batch that comes again under the same name is counted once; where its
   * events have ids of their own, so are they.
   */
  readonly source: string;
  readonly logsource?: Logsource;
  /** Where each line came from, for a batch put together from several messages; instead of `source`. */
  readonly placeOf?: (batchLine: number) => EventPlace;
}

/** Takes what a batch gave all the way to the store. */
export interface Sink {
  /**
   * Takes what one batch gave; resolves once it is kept, so that the batch may be answered.
   *
   * @param texts the events that detections refer to, by their index.
   * @param hits what correlations have to count, where the detector hands it out.
   */
  take(
    detections: readonly Detection[],
    texts: ReadonlyMap<number, string>,
    hits: readonly CorrelationHit[],
  ): Promise<void>;
  /** Resolves when everything taken so far is stored. */
  flush(): Promise<void>;
}

/** What became of a batch, told once its detections are stored. */
export interface IngestOutcome {
  readonly events: number;
  readonly detections: number;
  /** Lines that are not events, by line from 0. */
  readonly faults: readonly LineFault[];
}

/** How much may wait or be under way at once. */
export interface IngestLimits {
  /** Batches taken in and not yet stored. Default 256. */
  readonly maxBatches: number;
  /** Bytes taken in and not yet stored. Default 64 MiB. */
  readonly maxBytes: number;
  /** Batches in detection at once; each is spread over the cores besides. Default 2. */
  readonly lanes: number;
}

/** Settings of {@link IngestPipeline}. */
export interface IngestPipelineOptions {
  readonly detector: ThreatDetector;
  readonly flow: Sink;
  readonly limits?: Partial<IngestLimits>;
  /** Default: a registry of its own. */
  readonly registry?: Registry;
  /** Told of what each batch gave, before it is stored. */
  readonly onDetections?: (detections: readonly Detection[]) => void;
  /** Told of each batch that was taken, before detection; its bytes may be read until it returns. */
  readonly onBatch?: (ndjson: Uint8Array) => void;
  /** Told of each batch that is stored, with the time from taking it in. */
  readonly onStored?: (outcome: IngestOutcome, seconds: number) => void;
}

/** What came of everything so far. */
export interface IngestTotals {
  readonly batches: number;
  /** Batches that were refused or failed. */
  readonly dropped: number;
  readonly events: number;
  readonly bytes: number;
  readonly detections: number;
  readonly faults: number;
}

/** How an {@link IngestPipeline} stands. */
export interface IngestFigures {
  readonly queuedBatches: number;
  readonly queuedBytes: number;
  readonly limits: IngestLimits;
  readonly closing: boolean;
}

/** Batches whose names are remembered. */
const rememberedBatches = 10_000;

const defaults: IngestLimits = { maxBatches: 256, maxBytes: 64 * 1024 * 1024, lanes: 2 };

/**
 * Source → batch → detect → alert → store. What does not fit is refused at once instead of waiting without bound, and
 * `take` resolves when everything that the batch gave is stored: the time for a source to commit its offset, or to
 * answer 200.
 */
export class IngestPipeline {
  readonly #flow: IngestPipelineOptions['flow'];
  readonly #limits: IngestLimits;
  readonly #metrics: ReturnType<typeof ingestMetrics>;
  readonly #hooks: Pick<IngestPipelineOptions, 'onDetections' | 'onBatch' | 'onStored'>;
  readonly #totals = { batches: 0, dropped: 0, events: 0, bytes: 0, detections: 0, faults: 0 };
  /** What correlations raised for the batches that came last, by name: one that comes again is not counted again. */
  readonly #correlated = new LRUCache<string, Promise<readonly Detection[]>>({ max: rememberedBatches });
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Map<ThreatDetector, number>();
  readonly #idle: (() => void)[] = [];
  #detector: ThreatDetector;
  #lanesTaken = 0;
  #batches = 0;
  #bytes = 0;
  #closing = false;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a limit below 1. */
  constructor(options: IngestPipelineOptions) {
    this.#detector = options.detector;
    this.#flow = options.flow;
    this.#limits = { ...defaults, ...options.limits };
    for (const [name, value] of Object.entries(this.#limits)) {
      if (!(Number.isSafeInteger(value) && value >= 1))
        throw invalidArgument(`limits.${name}`, 'a whole number from 1');
    }
    this.#metrics = ingestMetrics(options.registry ?? new Registry());
    this.#hooks = options;
  }

  /** The detector that the next batch meets. */
  get detector(): ThreatDetector {
    return this.#detector;
  }

  /**
   * Takes a batch all the way to the store.
   *
   * @throws {WolfsecError} `WOLFSEC_QUEUE_FULL` where there is no room: nothing was taken, come again.
   *   `WOLFSEC_LIMIT_EXCEEDED` for a batch that never has room. `WOLFSEC_DISPOSED` after `close`. Errors of the store
   *   as they are: the batch is to be sent again, under the same source.
   */
  async take(batch: IngestBatch): Promise<IngestOutcome> {
    this.#admit(batch);
    const size = batch.ndjson.length;
    const startedMs = performance.now();
    this.#occupy(1, size);
    try {
      const outcome = await this.#through(batch);
      const seconds = (performance.now() - startedMs) / 1000;
      this.#metrics.events.inc({ source: batch.door }, outcome.events);
      this.#metrics.lagSeconds.observe(seconds);
      this.#totals.events += outcome.events;
      this.#hooks.onStored?.(outcome, seconds);
      return outcome;
    } catch (error) {
      this.#drop(batch.door, 'failed');
      throw error;
    } finally {
      this.#occupy(-1, -size);
      if (this.#batches === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Whether a batch of this size would be taken now. */
  hasRoom(bytes = 0): boolean {
    const { maxBatches, maxBytes } = this.#limits;
    return !this.#closing && this.#batches < maxBatches && this.#bytes + bytes <= maxBytes;
  }

  /** Puts another detector in place for the batches to come; resolves with the old one when nothing uses it. */
  async replaceDetector(detector: ThreatDetector): Promise<ThreatDetector> {
    const old = this.#detector;
    this.#detector = detector;
    while (this.#running.has(old)) await this.#laneFreed();
    return old;
  }

  /** What is queued now, beside its limits. */
  figures(): IngestFigures {
    return {
      queuedBatches: this.#batches,
      queuedBytes: this.#bytes,
      limits: this.#limits,
      closing: this.#closing,
    };
  }

  /** Counts since the start. */
  totals(): IngestTotals {
    return { ...this.#totals };
  }

  /** Takes nothing more, and resolves when all that was taken is stored or has failed. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#batches > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #admit({ ndjson, door }: IngestBatch): void {
    if (this.#closing) throw new WolfsecError('WOLFSEC_DISPOSED', 'the pipeline is closing');
    const { maxBytes } = this.#limits;
    if (ndjson.length > maxBytes) {
      this.#drop(door, 'too_large');
      throw new WolfsecError(
        'WOLFSEC_LIMIT_EXCEEDED',
        `the batch has ${ndjson.length} bytes, more than the ${maxBytes} that the pipeline ever holds`,
      );
    }
    if (this.hasRoom(ndjson.length)) return;
    this.#drop(door, 'full');
    throw new WolfsecError('WOLFSEC_QUEUE_FULL', 'the pipeline is full: send the batch again later');
  }

  #drop(source: string, reason: string): void {
    this.#metrics.dropped.inc({ source, reason });
    this.#totals.dropped++;
  }

  async #through(batch: IngestBatch): Promise<IngestOutcome> {
    this.#metrics.bytes.inc({ source: batch.door }, batch.ndjson.length);
    this.#totals.batches++;
    this.#totals.bytes += batch.ndjson.length;
    this.#hooks.onBatch?.(batch.ndjson);
    const { events, detections, faults, texts, hits = [] } = await this.#detect(batch);
    this.#totals.faults += faults.length;
    this.#totals.detections += detections.length;
    if (faults.length > 0) this.#metrics.faults.inc({ source: batch.door }, faults.length);
    if (detections.length > 0 || hits.length > 0) {
      for (const { level } of detections) this.#metrics.detections.inc({ level });
      if (detections.length > 0) this.#hooks.onDetections?.(detections);
      await this.#flow.take(detections, texts, hits);
      await this.#flow.flush();
    }
    return { events, detections: detections.length, faults };
  }

  async #detect(batch: IngestBatch): Promise<BatchResult> {
    const { source, placeOf } = batch;
    // Messages that were put together have names of their own, and are told apart where they are counted.
    if (placeOf) return this.#evaluate(batch, true);
    const known = this.#correlated.get(source);
    const before = known && (await known.catch(() => undefined));
    if (before) {
      const again = await this.#evaluate(batch, false);
      return { ...again, detections: [...again.detections, ...before] };
    }
    const result = this.#evaluate(batch, true);
    const raised = result.then(({ detections }) => detections.filter(({ kind }) => kind === 'correlation'));
    raised.catch(() => this.#correlated.delete(source));
    this.#correlated.set(source, raised);
    return result;
  }

  async #evaluate(
    { ndjson, source, logsource, placeOf }: IngestBatch,
    correlate: boolean,
  ): Promise<BatchResult> {
    while (this.#lanesTaken >= this.#limits.lanes) await this.#laneFreed();
    this.#lanesTaken++;
    const detector = this.#detector;
    this.#running.set(detector, (this.#running.get(detector) ?? 0) + 1);
    const startedMs = performance.now();
    try {
      return await detector.processBatch(ndjson, {
        source,
        correlate,
        ...(logsource ? { logsource } : {}),
        ...(placeOf ? { placeOf } : {}),
      });
    } finally {
      this.#metrics.detectSeconds.observe((performance.now() - startedMs) / 1000);
      this.#lanesTaken--;
      const left = (this.#running.get(detector) as number) - 1;
      if (left > 0) this.#running.set(detector, left);
      else this.#running.delete(detector);
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  #laneFreed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #occupy(batches: number, bytes: number): void {
    this.#batches += batches;
    this.#bytes += bytes;
    this.#metrics.queuedBatches.set(this.#batches);
    this.#metrics.queuedBytes.set(this.#bytes);
  }
}
