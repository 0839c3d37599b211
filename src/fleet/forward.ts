import type { Broker } from '../broker/index.ts';
import { WolfsecError } from '../errors.ts';
import type { Registry } from '../metrics/index.ts';
import type { IngestBatch, IngestFigures, IngestOutcome } from '../pipeline/index.ts';
import { ingestMetrics } from '../pipeline/index.ts';
import { messagesOf } from './messages.ts';

export interface ForwarderOptions {
  readonly broker: Broker;
  readonly registry: Registry;
  readonly maxBatches: number;
  readonly maxBytes: number;
}

/**
 * Stands in the pipeline's place where a front door keeps nothing: a batch is taken when the broker has all of it.
 * Workers look at its lines, so that it is not known here which of them are no events.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #metrics: ReturnType<typeof ingestMetrics>;
  #idle: (() => void)[] = [];
  #batches = 0;
  #bytes = 0;
  #closing = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#metrics = ingestMetrics(options.registry);
  }

  /** @throws {WolfsecError} as `IngestPipeline.take` does, and `WOLFSEC_BROKER_UNAVAILABLE`. */
  async take({ ndjson, door, source }: IngestBatch): Promise<IngestOutcome> {
    if (this.#closing) throw new WolfsecError('WOLFSEC_DISPOSED', 'the front door is closing');
    if (!this.hasRoom(ndjson.length)) {
      this.#metrics.dropped.inc({ source: door, reason: 'full' });
      throw new WolfsecError('WOLFSEC_QUEUE_FULL', 'the front door is full: send the batch again later');
    }
    const startedMs = performance.now();
    this.#occupy(1, ndjson.length);
    try {
      const { messages, lines } = messagesOf(ndjson, source);
      await this.#options.broker.publish('events', messages);
      this.#metrics.bytes.inc({ source: door }, ndjson.length);
      this.#metrics.events.inc({ source: door }, lines);
      this.#metrics.lagSeconds.observe((performance.now() - startedMs) / 1000);
      return { events: lines, detections: 0, faults: [] };
    } catch (error) {
      this.#metrics.dropped.inc({ source: door, reason: 'failed' });
      throw error;
    } finally {
      this.#occupy(-1, -ndjson.length);
      if (this.#batches === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  hasRoom(bytes = 0): boolean {
    const { maxBatches, maxBytes } = this.#options;
    return !this.#closing && this.#batches < maxBatches && this.#bytes + bytes <= maxBytes;
  }

  figures(): IngestFigures {
    const { maxBatches, maxBytes } = this.#options;
    return {
      queuedBatches: this.#batches,
      queuedBytes: this.#bytes,
      limits: { maxBatches, maxBytes, lanes: 0 },
      closing: this.#closing,
    };
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#batches > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #occupy(batches: number, bytes: number): void {
    this.#batches += batches;
    this.#bytes += bytes;
    this.#metrics.queuedBatches.set(this.#batches);
    this.#metrics.queuedBytes.set(this.#bytes);
  }
}
