import { type AlertManager, Enricher, type EnrichmentHook, threatOf } from '../alert/index.ts';
import type { Detection } from '../detect/detection.ts';
import { WolfsecError } from '../errors.ts';
import {
  type NewThreat,
  type Store,
  type StoredAlert,
  type StoredEvent,
  WriteBehind,
  type WriteBehindFigures,
  type WriteBehindOptions,
} from '../store/index.ts';

/** Settings of {@link DetectionFlow}. */
export interface DetectionFlowOptions {
  readonly alerts: AlertManager;
  readonly store: Store;
  /** Look-ups that add to detections before they are counted. */
  readonly enrich?: readonly EnrichmentHook[];
  /** Detections that follow from several others, where the detector does not correlate itself. */
  readonly correlate?: (detections: readonly Detection[]) => readonly Detection[];
  /** Whether a detection is of something known to be harmless: it is stored, and raises no alert. */
  readonly allowed?: (detection: Detection) => boolean;
  /** Told of every detection, e.g. `reputation.learn`. */
  readonly learn?: (detections: readonly Detection[]) => void;
  /** How detections wait for the database. */
  readonly buffer?: Omit<WriteBehindOptions<NewThreat>, 'write'>;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Longest event that is kept beside an alert, in characters; a longer one is cut. */
export const maxEventChars = 256 * 1024;

/** Detection → correlation → risk → alert → store → deliver. */
export class DetectionFlow {
  readonly #options: DetectionFlowOptions;
  readonly #enricher: Enricher;
  readonly #threats: WriteBehind<NewThreat>;
  readonly #events: WriteBehind<StoredEvent>;
  readonly #now: () => number;

  /** Buffers begin empty; nothing is written until the first detection. */
  constructor(options: DetectionFlowOptions) {
    this.#options = options;
    this.#enricher = new Enricher(options.enrich ?? []);
    this.#now = options.now ?? Date.now;
    this.#threats = new WriteBehind({
      ...options.buffer,
      write: (threats) => options.store.threats.insert(threats, this.#now()),
    });
    const { onRefused: _, ...buffer } = options.buffer ?? {};
    this.#events = new WriteBehind({
      ...buffer,
      write: (events) => options.store.events.insert(events),
    });
  }

  /**
   * Takes a batch of detections all the way. Resolves when its alerts are on disk in the outbox and its threats have
   * a place in the buffer before the database; `flush` says when those are stored too, so that a source commits its
   * offset after both.
   *
   * @throws {WolfsecError} `WOLFSEC_QUEUE_FULL` where too much waits for the outbox: nothing was taken, come again.
   * @param texts the events as they came, by index; the one that opened an alert is kept, under the alert's id.
   */
  async take(
    detections: readonly Detection[],
    texts: ReadonlyMap<number, string> = new Map(),
  ): Promise<void> {
    const correlated = this.#correlate(detections);
    const enriched = await this.#enricher.enrich(correlated);
    // Risk is added as each is counted into its alert; what is to be told is handed to delivery with the same write.
    const { allowed } = this.#options;
    const { opened } = await this.#options.alerts
      .raiseAll(allowed ? enriched.filter((detection) => !allowed(detection)) : enriched)
      .catch(busy);
    await this.#store(enriched);
    if (texts.size > 0 && opened.length > 0) await this.#events.add(eventsOf(opened, texts));
    this.#options.learn?.(enriched);
  }

  /** Resolves when every threat taken so far is in the database. */
  async flush(): Promise<void> {
    await Promise.all([this.#threats.flush(), this.#events.flush()]);
  }

  /** How full the write buffer is, and what each enrichment hook did. */
  figures(): { readonly threats: WriteBehindFigures; readonly enrichment: ReturnType<Enricher['figures']> } {
    return { threats: this.#threats.figures(), enrichment: this.#enricher.figures() };
  }

  /** Gives the database up to `graceMs` to take the rest. */
  async close(graceMs?: number): Promise<void> {
    await Promise.all([this.#threats.close(graceMs), this.#events.close(graceMs)]);
  }

  #correlate(detections: readonly Detection[]): readonly Detection[] {
    const further = this.#options.correlate?.(detections) ?? [];
    return further.length === 0 ? detections : [...detections, ...further];
  }

  #store(detections: readonly Detection[]): Promise<void> {
    const nowMs = this.#now();
    return this.#threats.add(detections.map((detection) => threatOf(detection, nowMs)));
  }
}

/** A disk that is behind is no fault of the batch: a source that is told of a limit would not send it again. */
function busy(error: unknown): never {
  if (!(error instanceof WolfsecError) || error.code !== 'WOLFSEC_LIMIT_EXCEEDED') throw error;
  throw new WolfsecError('WOLFSEC_QUEUE_FULL', 'the outbox is behind: send the batch again later', {
    cause: error,
  });
}

/** The events that opened alerts. What has no source did not come with this batch: a risk that was reached, say. */
function eventsOf(opened: readonly StoredAlert[], texts: ReadonlyMap<number, string>): StoredEvent[] {
  return opened.flatMap(({ id, firstMs, sample }) => {
    const { index, source, line } = (sample as Detection).event;
    const text = source === undefined ? undefined : texts.get(index);
    if (text === undefined) return [];
    const place = { ...(source === undefined ? {} : { source }), ...(line === undefined ? {} : { line }) };
    return [{ id, ...place, timeMs: firstMs, body: text.slice(0, maxEventChars) }];
  });
}
