import { type AlertManager, Enricher, type EnrichmentHook, threatOf } from '../alert/index.ts';
import type { Detection } from '../detect/detection.ts';
import {
  type NewThreat,
  type Store,
  WriteBehind,
  type WriteBehindFigures,
  type WriteBehindOptions,
} from '../store/index.ts';

export interface DetectionFlowOptions {
  readonly alerts: AlertManager;
  readonly store: Store;
  /** Look-ups that add to detections before they are counted. */
  readonly enrich?: readonly EnrichmentHook[];
  /** Detections that follow from several others, where the detector does not correlate itself. */
  readonly correlate?: (detections: readonly Detection[]) => readonly Detection[];
  /** Told of every detection, e.g. `reputation.learn`. */
  readonly learn?: (detections: readonly Detection[]) => void;
  /** How detections wait for the database. */
  readonly buffer?: Omit<WriteBehindOptions<NewThreat>, 'write'>;
  readonly now?: () => number;
}

/** Detection → correlation → risk → alert → store → deliver. */
export class DetectionFlow {
  readonly #options: DetectionFlowOptions;
  readonly #enricher: Enricher;
  readonly #threats: WriteBehind<NewThreat>;
  readonly #now: () => number;

  constructor(options: DetectionFlowOptions) {
    this.#options = options;
    this.#enricher = new Enricher(options.enrich ?? []);
    this.#now = options.now ?? Date.now;
    this.#threats = new WriteBehind({
      ...options.buffer,
      write: (threats) => options.store.threats.insert(threats, this.#now()),
    });
  }

  /**
   * Takes a batch of detections all the way. Resolves when its alerts are on disk in the outbox and its threats have
   * a place in the buffer before the database; `flush` says when those are stored too, so that a source commits its
   * offset after both.
   */
  async take(detections: readonly Detection[]): Promise<void> {
    const correlated = this.#correlate(detections);
    const enriched = await this.#enricher.enrich(correlated);
    // Risk is added as each is counted into its alert; what is to be told is handed to delivery with the same write.
    await this.#options.alerts.raiseAll(enriched);
    await this.#store(enriched);
    this.#options.learn?.(enriched);
  }

  /** Resolves when every threat taken so far is in the database. */
  flush(): Promise<void> {
    return this.#threats.flush();
  }

  figures(): { readonly threats: WriteBehindFigures; readonly enrichment: ReturnType<Enricher['figures']> } {
    return { threats: this.#threats.figures(), enrichment: this.#enricher.figures() };
  }

  /** Gives the database up to `graceMs` to take the rest. */
  close(graceMs?: number): Promise<void> {
    return this.#threats.close(graceMs);
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
