import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer } from '@platformatic/kafka';
import { backoffMs } from '../../backoff.ts';
import type { Running } from '../broker.ts';
import type { ClientOptions } from './address.ts';
import { failedWith } from './failure.ts';

/** A record where it lies. */
export interface Lying {
  readonly offset: number;
  readonly id: string;
  readonly data: Buffer;
  readonly timeMs: number;
}

export interface ReaderOptions {
  readonly client: ClientOptions;
  readonly topic: string;
  readonly partition: number;
  /** The offset to begin at. */
  readonly from: number;
  /** Where the log begins, for when what was to be read is deleted. */
  readonly earliest: () => Promise<number>;
  /** Takes records in order, called one at a time. Where it fails, reading ends. */
  readonly take: (records: readonly Lying[]) => Promise<void>;
  readonly onEnd: (error: unknown) => void;
  /** Told of each failure of the broker; reading goes on when it is back. */
  readonly onError: (error: unknown) => void;
}

type Fetched = Awaited<ReturnType<Consumer['fetch']>>;

export const idHeader = 'wolfsec-id';

/** Fetches hold on so long for something to come. */
const waitMs = 5_000;
const answerWithinMs = 10_000;
const fetchBytes = 1 << 20;
/** Each try of the metadata is at another broker. */
const otherBrokers = 2;
const controlBatch = 1 << 5;
const appendTime = 1 << 3;

/**
 * Reads one partition, of its own accord: a group would have it wait for its members. Each has a connection of its own,
 * since a fetch that waits holds up what comes behind it.
 */
export function readPartition(options: ReaderOptions): Running {
  const { client, topic, partition, earliest, take, onEnd, onError } = options;
  // It joins no group; the client wants a name for one.
  const consumer = new Consumer({
    ...client,
    groupId: `${client.clientId}.reader`,
    retries: 0,
    requestTimeout: answerWithinMs,
  });
  consumer.topics.track(topic);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('reading is stopped')), { once: true });
  });
  stopped.catch(() => {});

  const fetched = async (offset: number): Promise<Fetched> => {
    const { topics } = await consumer.metadata({ topics: [topic], retries: otherBrokers });
    const found = topics.get(topic);
    const leader = found?.partitions[partition]?.leader;
    if (found === undefined || leader === undefined) throw new Error(`there is no ${topic}/${partition}`);
    const wanted = {
      partition,
      fetchOffset: BigInt(offset),
      partitionMaxBytes: fetchBytes,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    };
    const topicsWanted = [{ topicId: found.id, partitions: [wanted] }];
    return consumer.fetch({ node: leader, topics: topicsWanted, maxWaitTime: waitMs, maxBytes: fetchBytes });
  };

  const read = async () => {
    let offset = options.from;
    for (let failures = 0; !signal.aborted; ) {
      let found: { records: Lying[]; next: number };
      try {
        found = recordsOf(await Promise.race([fetched(offset), stopped]), topic, partition, offset);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        // Whoever led it may be gone for good.
        consumer.clearMetadata();
        await sleep(backoffMs(++failures, 250, 5_000), undefined, { signal }).catch(() => {});
        if (failedWith(error, 'OFFSET_OUT_OF_RANGE')) offset = await earliest().catch(() => offset);
        continue;
      }
      if (found.records.length > 0 && !signal.aborted) await take(found.records);
      offset = found.next;
    }
  };
  const running = read().catch((error: unknown) => {
    if (!signal.aborted) onEnd(error);
  });
  return {
    async stop() {
      stopping.abort();
      await running;
      await consumer.close(true).catch(onError);
    },
  };
}

function recordsOf({ responses }: Fetched, topic: string, partition: number, from: number) {
  const records: Lying[] = [];
  let next = from;
  for (const { partitions } of responses) {
    for (const found of partitions) {
      if (found.partitionIndex !== partition) continue;
      for (const batch of found.records ?? []) {
        const first = Number(batch.firstOffset);
        next = Math.max(next, first + batch.lastOffsetDelta + 1);
        if ((batch.attributes & controlBatch) !== 0) continue;
        for (const { offsetDelta, timestampDelta, headers, value } of batch.records) {
          const offset = first + offsetDelta;
          // A batch comes whole, however far into it reading begins.
          if (offset < from) continue;
          next = Math.max(next, offset + 1);
          const sent = batch.firstTimestamp + timestampDelta;
          const timeMs = Number((batch.attributes & appendTime) === 0 ? sent : batch.maxTimestamp);
          const id = headers.find(([name]) => name?.toString() === idHeader)?.[1]?.toString();
          // A foreign sender's messages are named by where they lie.
          records.push({
            offset,
            id: id || `${topic}:${partition}:${offset}`,
            data: value ?? Buffer.alloc(0),
            timeMs,
          });
        }
      }
    }
  }
  return { records, next };
}
