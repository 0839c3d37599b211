import { ListOffsetTimestamps, ProduceAcks } from '@platformatic/kafka';
import { WolfsecError } from '../errors.ts';
import type {
  Broker,
  BrokerOptions,
  ConsumeOptions,
  FollowOptions,
  Outgoing,
  Running,
  Topic,
} from './broker.ts';
import { clientOptions } from './kafka/address.ts';
import { Clients } from './kafka/clients.ts';
import { failedWith, reasonOf, unavailable } from './kafka/failure.ts';
import { KafkaQueue } from './kafka/queue.ts';
import { idHeader, type Lying, readPartition } from './kafka/reader.ts';
import { Room } from './kafka/room.ts';
import { type Routed, roundsOf, sizeOf, spread } from './kafka/rounds.ts';
import { makeTopics, topicOf } from './kafka/topics.ts';
import { Tries } from './kafka/tries.ts';
import { within } from './kafka/within.ts';

/** Brokers take batches of 1 MiB unless they are told otherwise. */
const maxBatchBytes = 768 << 10;
/** Wide enough for every offset. */
const positionDigits = 20;
const answerWithinMs = 5_000;
const publishWithinMs = 10_000;
const openWithinMs = 30_000;

/** Connects to Kafka 3.5 or later, or to what speaks its protocol, and makes the topics where they are not there. */
export async function openKafka(url: string, options: BrokerOptions): Promise<Broker> {
  const client = clientOptions(url, options);
  let clients: Clients | undefined;
  try {
    clients = await Clients.open(client);
    const making = clients.ask((admin) => makeTopics(admin, options));
    return new KafkaBroker(clients, options, await within(openWithinMs, making));
  } catch (cause) {
    await clients?.close();
    throw unavailable(cause);
  }
}

class KafkaBroker implements Broker {
  readonly kind = 'kafka';
  readonly #clients: Clients;
  readonly #options: BrokerOptions;
  readonly #eventPartitions: number;
  readonly #room: Room;
  readonly #queues = new Set<KafkaQueue>();
  #turn = 0;

  constructor(clients: Clients, options: BrokerOptions, eventPartitions: number) {
    this.#clients = clients;
    this.#options = options;
    this.#eventPartitions = eventPartitions;
    // Workers that share one door's pace would crowd the same partitions.
    this.#turn = Math.floor(Math.random() * eventPartitions);
    this.#room = new Room(options.maxQueueBytes, () => this.#waiting());
  }

  async publish(topic: Topic, messages: readonly Outgoing[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await within(publishWithinMs, this.#publish(topic, messages));
    } catch (cause) {
      if (failedWith(cause, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) {
        const largest = Math.max(...messages.map(({ data }) => data.length));
        const message = `a message of ${largest} bytes is more than Kafka takes (max.message.bytes)`;
        throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', message, { cause });
      }
      // Whoever led the partitions may be gone for good.
      if (!(cause instanceof WolfsecError)) this.#clients.producer.clearMetadata();
      throw unavailable(cause);
    }
  }

  async #publish(topic: Topic, messages: readonly Outgoing[]): Promise<void> {
    if (topic === 'events') await this.#room.take(messages.map(sizeOf));
    const next = () => this.#turn++ % this.#eventPartitions;
    const routed: Iterable<Routed> =
      topic === 'events'
        ? spread(messages, next, maxBatchBytes)
        : messages.map((message) => ({ ...message, partition: message.partition ?? 0 }));
    const name = topicOf(this.#options.prefix, topic);
    for (const round of roundsOf(routed, maxBatchBytes)) await this.#send(name, round);
  }

  /**
   * Every replica in sync has it before it is answered. The producer is not an idempotent one: that drops only what its
   * own retries repeat, needs a right of its own, and what is sent anew under the same id is told apart further on anyway.
   */
  async #send(topic: string, messages: readonly Routed[]): Promise<void> {
    // Sending asks the first broker only, even where that hangs; this asks another one with each try.
    const { producer } = this.#clients;
    await this.#clients.watched(producer.metadata({ topics: [topic], retries: 2 }));
    const sending = producer.send({
      acks: ProduceAcks.ALL,
      messages: messages.map(({ id, data, partition }) => ({
        topic,
        partition,
        value: Buffer.from(data.buffer, data.byteOffset, data.length),
        headers: new Map([[Buffer.from(idHeader), Buffer.from(id)]]),
      })),
    });
    await this.#clients.watched(sending);
  }

  async consume(options: ConsumeOptions): Promise<Running> {
    const { prefix, ackWaitMs } = this.#options;
    const topic = topicOf(prefix, 'events');
    try {
      const queue = await KafkaQueue.start({
        ...options,
        client: () => this.#clients.options,
        group: this.#group,
        topic,
        ackWaitMs,
        tries: new Tries(this.#clients, `${prefix}.tries`, topic),
        earliest: (partition) => this.#offsetOf(topic, partition, ListOffsetTimestamps.EARLIEST),
      });
      this.#queues.add(queue);
      return {
        stop: async () => {
          await queue.stop();
          this.#queues.delete(queue);
        },
      };
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async follow(topic: 'hits' | 'detections', partition: number, options: FollowOptions): Promise<Running> {
    const name = topicOf(this.#options.prefix, topic);
    const { onError = () => {} } = this.#options;
    try {
      const from = await within(answerWithinMs, this.#firstSince(name, partition, options.sinceMs));
      return readPartition({
        client: this.#clients.options,
        topic: name,
        partition,
        from,
        earliest: () => this.#offsetOf(name, partition, ListOffsetTimestamps.EARLIEST),
        take: (records) => options.take(records.map(logMessage)),
        onEnd: options.onEnd,
        onError: (error) => onError(unavailable(error)),
      });
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** Of the messages that are not done, those given out here are known; those of other workers count as waiting. */
  async queue() {
    try {
      const waiting = await within(answerWithinMs, this.#waiting());
      const pending = [...this.#queues].reduce((sum, queue) => sum + queue.open, 0);
      return { waiting: Math.max(0, waiting - pending), pending };
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async health() {
    try {
      const topics = [topicOf(this.#options.prefix, 'events')];
      // The second try is at another broker.
      await this.#clients.ask((admin) => admin.metadata({ topics, forceUpdate: true, retries: 1 }));
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: `kafka: ${reasonOf(error)}` };
    }
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  get #group(): string {
    return `${this.#options.prefix}.detect`;
  }

  /** Messages of the queue that are not done: how far the group is behind the ends of its partitions. */
  async #waiting(): Promise<number> {
    const name = topicOf(this.#options.prefix, 'events');
    const indexes = Array.from({ length: this.#eventPartitions }, (_, partition) => partition);
    const offsets = async (timestamp: bigint) => {
      const partitions = indexes.map((partitionIndex) => ({ partitionIndex, timestamp }));
      const [found] = await this.#clients.ask((admin) =>
        admin.listOffsets({ topics: [{ name, partitions }] }),
      );
      return new Map(found?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
    };
    const topics = [{ name, partitionIndexes: indexes }];
    const [groups, starts, ends] = await Promise.all([
      this.#clients.ask((admin) =>
        admin.listConsumerGroupOffsets({ groups: [{ groupId: this.#group, topics }] }),
      ),
      offsets(ListOffsetTimestamps.EARLIEST),
      offsets(ListOffsetTimestamps.LATEST),
    ]);
    const committed = new Map(
      groups[0]?.topics[0]?.partitions.map(({ partitionIndex, committedOffset }) => [
        partitionIndex,
        Number(committedOffset),
      ]),
    );
    // What nobody has come to yet begins where the log does; so does what was deleted before anybody came to it.
    return indexes.reduce((sum, partition) => {
      const done = Math.max(committed.get(partition) ?? 0, starts.get(partition) ?? 0);
      return sum + Math.max(0, (ends.get(partition) ?? 0) - done);
    }, 0);
  }

  /** The offset of the first message since then, or of the next one to come. */
  async #firstSince(name: string, partition: number, sinceMs: number): Promise<number> {
    // Asked in this order: what comes in between is read.
    const end = await this.#offsetOf(name, partition, ListOffsetTimestamps.LATEST);
    const first = await this.#offsetOf(name, partition, BigInt(Math.max(0, Math.floor(sinceMs))));
    return first < 0 ? end : first;
  }

  async #offsetOf(name: string, partition: number, timestamp: bigint): Promise<number> {
    const topics = [{ name, partitions: [{ partitionIndex: partition, timestamp }] }];
    const [found] = await this.#clients.ask((admin) => admin.listOffsets({ topics }));
    return Number(found?.partitions[0]?.offset ?? -1);
  }
}

const logMessage = ({ offset, id, data, timeMs }: Lying) => ({
  id,
  data,
  timeMs,
  position: String(offset).padStart(positionDigits, '0'),
});
