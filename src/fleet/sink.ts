import { detectionId, threatOf } from '../alert/index.ts';
import type { Broker } from '../broker/index.ts';
import type { CorrelationHit, Detection } from '../detect/index.ts';
import type { Sink } from '../pipeline/index.ts';
import { derivedId, type NewThreat, type Store, uuidv7At, WriteBehind } from '../store/index.ts';
import { alertMessage, bounded, eventKey, hitMessage } from './messages.ts';

export interface FleetSinkOptions {
  readonly broker: Broker;
  readonly store: Store;
  readonly partitions: number;
  readonly onError?: (error: unknown) => void;
  readonly now?: () => number;
}

/** Detections in one message at most. */
const detectionsPerMessage = 10;
/** Characters kept of an event that may open an alert. */
const maxEventChars = 16_384;

/**
 * Where a worker puts what it found: threats into the shared store, hits to the partition that counts them, detections
 * to whoever keeps the alerts. All of it under ids that a repeat has too.
 */
export class FleetSink implements Sink {
  readonly #options: FleetSinkOptions;
  readonly #threats: WriteBehind<NewThreat>;
  readonly #now: () => number;

  constructor(options: FleetSinkOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#threats = new WriteBehind({
      write: (threats) => options.store.threats.insert(threats, this.#now()),
      ...(options.onError ? { onFailure: options.onError } : {}),
    });
  }

  async take(
    detections: readonly Detection[],
    texts: ReadonlyMap<number, string>,
    hits: readonly CorrelationHit[],
  ): Promise<void> {
    const { broker, partitions } = this.#options;
    const nowMs = this.#now();
    const work: Promise<void>[] = [];
    if (hits.length > 0) {
      work.push(
        broker.publish(
          'hits',
          hits.map((hit) => hitMessage(hit, partitions)),
        ),
      );
    }
    if (detections.length > 0) {
      work.push(this.#threats.add(detections.map((detection) => threatOf(detection, nowMs))));
      work.push(broker.publish('detections', [...alertMessages(detections, texts, nowMs)]));
    }
    await Promise.all(work);
  }

  flush(): Promise<void> {
    return this.#threats.flush();
  }

  close(graceMs?: number): Promise<void> {
    return this.#threats.close(graceMs);
  }
}

function* alertMessages(detections: readonly Detection[], texts: ReadonlyMap<number, string>, nowMs: number) {
  for (let at = 0; at < detections.length; at += detectionsPerMessage) {
    const slice = detections.slice(at, at + detectionsPerMessage);
    const ids = slice.map((detection) => detectionId(detection) ?? uuidv7At(nowMs));
    const kept: Record<string, string> = {};
    for (const { event } of slice) {
      const text = texts.get(event.index);
      if (text !== undefined) kept[eventKey(event)] = text.slice(0, maxEventChars);
    }
    yield alertMessage(derivedId(0, ids), { detections: slice.map(bounded), texts: kept });
  }
}
