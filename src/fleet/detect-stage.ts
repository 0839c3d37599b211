import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../backoff.ts';
import type { Broker, QueueMessage, Running } from '../broker/index.ts';
import type { EventPlace } from '../detect/index.ts';
import type { IngestPipeline } from '../pipeline/index.ts';
import type { Records } from '../store/index.ts';
import { isTransient } from './failure.ts';
import { placeOf } from './messages.ts';
import type { FleetMetrics } from './metrics.ts';

export interface DetectStageOptions {
  readonly broker: Broker;
  readonly pipeline: Pick<IngestPipeline, 'take'>;
  readonly metrics: FleetMetrics;
  /** Batches under way at once. Default 3: one in detection, two on their way to the store. */
  readonly concurrency?: number;
  /** Tries of one message before it goes to the dead letters. Default 5. */
  readonly maxDeliveries?: number;
  /** Where tries of suspicious messages are counted. */
  readonly records: Records;
  readonly prefix: string;
  readonly ackWaitMs: number;
  readonly onError: (error: unknown) => void;
}

/** Takes events off the queue, and acknowledges them when what they gave is stored. */
export class DetectStage {
  readonly #options: Required<DetectStageOptions>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #running: Running | undefined;

  constructor(options: DetectStageOptions) {
    this.#options = { concurrency: 3, maxDeliveries: 5, ...options };
  }

  async start(): Promise<void> {
    const { broker, onError } = this.#options;
    this.#running = await broker.consume({ take: (messages) => this.#take(messages), onError });
  }

  /** Takes nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await Promise.all(this.#underWay);
  }

  async #take(messages: readonly QueueMessage[]): Promise<void> {
    const work = this.#settle(messages).catch(this.#options.onError);
    const done = work.finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
    while (this.#underWay.size >= this.#options.concurrency) await Promise.race(this.#underWay);
  }

  async #settle(messages: readonly QueueMessage[]): Promise<void> {
    const { maxDeliveries, ackWaitMs } = this.#options;
    const alive = setInterval(() => {
      for (const message of messages) message.working();
    }, ackWaitMs / 3);
    try {
      await this.#detect(messages.filter(({ deliveries }) => deliveries <= maxDeliveries));
      for (const message of messages) if (message.deliveries > maxDeliveries) await this.#suspect(message);
    } finally {
      clearInterval(alive);
    }
  }

  /**
   * Given out so often, a message may have ended the workers that tried it, or have waited for its turn too long. It is
   * tried alone, and each try is written down before: what is never seen to end goes to the dead letters.
   */
  async #suspect(message: QueueMessage): Promise<void> {
    const { records, prefix, maxDeliveries } = this.#options;
    const collection = `${prefix}:tries`;
    const nowMs = Date.now();
    const known = await records.get<number>(collection, message.id, nowMs);
    const tries = known?.value ?? 0;
    if (tries >= maxDeliveries) return this.#bury([message]);
    await records.put(collection, message.id, tries + 1, { nowMs, expiresMs: nowMs + 86_400_000 });
    await this.#detect([message]);
    await records.remove(collection, message.id);
  }

  async #detect(messages: readonly QueueMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const { pipeline, broker, metrics, onError } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        await pipeline.take({ ...joined(messages), door: broker.kind, source: broker.kind });
        for (const { redelivered, message } of counted(messages)) {
          if (redelivered) metrics.redelivered.inc();
          await message.ack();
        }
        return;
      } catch (error) {
        onError(error);
        if (!isTransient(error)) return this.#narrow(messages, error);
        const waitMs = backoffMs(attempt, 100, 5_000);
        const slept = await sleep(waitMs, true, { signal: this.#stopping.signal }).catch(() => false);
        if (!slept) return this.#giveBack(messages);
      }
    }
  }

  /** The fault lies in what a message holds: halves find it, and the others go on without it. */
  async #narrow(messages: readonly QueueMessage[], error: unknown): Promise<void> {
    const [only] = messages;
    if (messages.length === 1 && only) {
      if (only.deliveries >= this.#options.maxDeliveries) return this.#bury([only], error);
      return only.retry(1_000);
    }
    const middle = messages.length >> 1;
    await this.#detect(messages.slice(0, middle));
    await this.#detect(messages.slice(middle));
  }

  async #bury(messages: readonly QueueMessage[], error?: unknown): Promise<void> {
    if (messages.length === 0) return;
    const { broker, metrics, onError } = this.#options;
    await broker.publish(
      'dead',
      messages.map(({ id, data }) => ({ id, data })),
    );
    for (const message of messages) await message.ack();
    metrics.dead.inc({}, messages.length);
    const reason = error instanceof Error ? error.message : 'no try of them was seen to end';
    onError(new Error(`${messages.length} messages went to the dead letters: ${reason}`));
  }

  async #giveBack(messages: readonly QueueMessage[]): Promise<void> {
    for (const message of messages) await message.retry(0);
  }
}

const counted = (messages: readonly QueueMessage[]) =>
  messages.map((message) => ({ message, redelivered: message.deliveries > 1 }));

const newline = Buffer.from('\n');

/** Messages one behind the other, and where each line of that came from. */
export function joined(messages: readonly QueueMessage[]): {
  ndjson: Uint8Array;
  placeOf: (line: number) => EventPlace;
} {
  const parts: Uint8Array[] = [];
  for (const { data } of messages) {
    parts.push(data);
    if (data.at(-1) !== newline[0]) parts.push(newline);
  }
  let ends: number[] | undefined;
  return {
    ndjson: messages.length === 1 && parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts),
    placeOf(line) {
      // Lines are counted when the first of them is asked for: most batches have nothing to tell.
      ends ??= lineEnds(messages);
      const index = ends.findIndex((end) => line < end);
      const { id, timeMs } = messages[index] as QueueMessage;
      const { source, firstLine } = placeOf(id);
      return { source, line: firstLine + line - (ends[index - 1] ?? 0), timeMs };
    },
  };
}

function lineEnds(messages: readonly QueueMessage[]): number[] {
  let lines = 0;
  return messages.map(({ data }) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
    if (bytes.at(-1) !== 10) lines++;
    return lines;
  });
}
