import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, nanos } from '@nats-io/transport-node';
import { WolfsecError } from '../errors.ts';
import { addressOf } from './address.ts';
import {
  type Broker,
  type BrokerOptions,
  type ConsumeOptions,
  deadMs,
  type FollowOptions,
  type LogMessage,
  type Outgoing,
  type QueueMessage,
  type Running,
  type Topic,
} from './broker.ts';
import { Gather } from './gather.ts';

const durable = 'detect';
/** Room for a message's headers. */
const headerBytes = 1_024;
const publishTimeoutMs = 10_000;
/** Wide enough for every sequence of a stream. */
const positionDigits = 20;

/** Connects to NATS and makes the streams where they are not there. */
export async function openNats(url: string, options: BrokerOptions): Promise<Broker> {
  const { servers, ...auth } = serversOf(url);
  let connection: NatsConnection;
  try {
    connection = await connect({
      servers,
      ...auth,
      name: options.prefix,
      timeout: 10_000,
      // A worker outlives its broker's restarts: what it has not acknowledged comes again.
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
    });
  } catch (cause) {
    throw unavailable(cause);
  }
  try {
    const manager = await jetstreamManager(connection);
    await makeStreams(manager, options);
    return new NatsBroker(connection, manager, options);
  } catch (cause) {
    await connection.close();
    throw unavailable(cause);
  }
}

/** `nats://user:pass@a:4222,b:4222`; a user alone is a token. */
function serversOf(url: string) {
  const { scheme, user, password, hosts } = addressOf(url);
  const servers = hosts.map((host) => `${scheme}://${host}`);
  if (user === undefined) return { servers };
  return password === undefined ? { servers, token: user } : { servers, user, pass: password };
}

async function makeStreams(manager: JetStreamManager, options: BrokerOptions): Promise<void> {
  const { prefix, replicas, maxQueueBytes, logMs, ackWaitMs } = options;
  const common = { num_replicas: replicas, duplicate_window: nanos(Math.min(logMs, 300_000)) };
  const streams = {
    events: {
      // Each message is kept until a worker has acknowledged it, and what has no room is refused.
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      max_bytes: maxQueueBytes,
    },
    hits: { max_age: nanos(logMs) },
    detections: { max_age: nanos(logMs) },
    dead: { max_age: nanos(deadMs) },
  };
  for (const [topic, config] of Object.entries(streams)) {
    const name = streamOf(prefix, topic as Topic);
    const known = await manager.streams.info(name).catch(unless(404));
    if (!known) await manager.streams.add({ name, subjects: [`${prefix}.${topic}.>`], ...common, ...config });
  }
  await manager.consumers.add(streamOf(prefix, 'events'), {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: 100_000,
    max_deliver: -1,
  });
}

const streamOf = (prefix: string, topic: Topic) => `${prefix.toUpperCase()}_${topic.toUpperCase()}`;

class NatsBroker implements Broker {
  readonly kind = 'nats';
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #options: BrokerOptions;

  constructor(connection: NatsConnection, manager: JetStreamManager, options: BrokerOptions) {
    this.#connection = connection;
    this.#manager = manager;
    this.#client = jetstream(connection, { timeout: publishTimeoutMs });
    this.#options = options;
  }

  async publish(topic: Topic, messages: readonly Outgoing[]): Promise<void> {
    const { prefix } = this.#options;
    const most = this.#connection.info?.max_payload ?? 1 << 20;
    const large = messages.find(({ data }) => data.length + headerBytes > most);
    if (large) {
      const message = `a message of ${large.data.length} bytes is more than the ${most} that NATS takes (max_payload)`;
      throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', message);
    }
    try {
      await Promise.all(
        messages.map(({ id, data, partition = 0 }) =>
          this.#client.publish(`${prefix}.${topic}.${partition}`, data, {
            msgID: id,
            timeout: publishTimeoutMs,
            retries: 3,
          }),
        ),
      );
    } catch (cause) {
      // "maximum bytes exceeded" and its kin: the stream refuses what has no room.
      const { message } = cause as Error;
      if (/maximum (bytes|messages) exceeded|insufficient/.test(message)) {
        throw new WolfsecError('WOLFSEC_STORE_FULL', `nats: ${message}`, { cause });
      }
      throw unavailable(cause);
    }
  }

  async consume({
    maxBytes = 4 << 20,
    batchBytes = 1 << 20,
    take,
    onError,
  }: ConsumeOptions): Promise<Running> {
    const stream = streamOf(this.#options.prefix, 'events');
    const consumer = await this.#client.consumers.get(stream, durable);
    // Bounded by bytes: bounded by a count, the client asks anew for every few messages.
    const messages = await consumer.consume({ max_bytes: maxBytes });
    const gather = new Gather<JsMsg>({
      size: ({ data }) => data.length,
      maxSize: batchBytes,
      take: (batch) => take(batch.map(queueMessage)),
      onError: onError ?? (() => {}),
    });
    const running = (async () => {
      for await (const message of messages) await gather.add(message);
    })();
    return {
      async stop() {
        await messages.close();
        await running.catch(() => {});
        await gather.idle();
      },
    };
  }

  async follow(topic: 'hits' | 'detections', partition: number, options: FollowOptions): Promise<Running> {
    const { prefix } = this.#options;
    const consumer = await this.#client.consumers.get(streamOf(prefix, topic), {
      filter_subjects: `${prefix}.${topic}.${partition}`,
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(options.sinceMs).toISOString(),
    });
    const messages = await consumer.consume({ max_bytes: 1 << 20 });
    let failed: { error: unknown } | undefined;
    const gather = new Gather<JsMsg>({
      size: ({ data }) => data.length,
      maxSize: 256 << 10,
      take: async (batch) => {
        if (!failed) await options.take(batch.map(logMessage));
      },
      onError(error) {
        failed ??= { error };
        messages.stop();
      },
    });
    let stopped = false;
    const running = (async () => {
      try {
        for await (const message of messages) await gather.add(message);
        await gather.idle();
        if (failed) throw failed.error;
        if (!stopped) throw new Error('the broker ended it');
      } catch (error) {
        if (!stopped) options.onEnd(error);
      }
    })();
    return {
      async stop() {
        stopped = true;
        await messages.close();
        await running;
      },
    };
  }

  async queue() {
    const info = await this.#manager.consumers.info(streamOf(this.#options.prefix, 'events'), durable);
    return { waiting: info.num_pending, pending: info.num_ack_pending };
  }

  async health() {
    try {
      await this.#manager.getAccountInfo();
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: `nats: ${(error as Error).message}` };
    }
  }

  async close(): Promise<void> {
    await this.#connection.drain().catch(() => this.#connection.close());
  }
}

const idHeader = 'Nats-Msg-Id';
const idOf = (message: JsMsg) =>
  message.headers?.get(idHeader) || `${message.info.stream}:${message.info.streamSequence}`;

function queueMessage(message: JsMsg): QueueMessage {
  return {
    id: idOf(message),
    data: message.data,
    timeMs: Math.floor(message.info.timestampNanos / 1e6),
    deliveries: message.info.deliveryCount,
    async ack() {
      // Sent and not waited for: one that is lost makes the message come again, which changes nothing.
      message.ack();
    },
    async retry(delayMs) {
      message.nak(delayMs);
    },
    working: () => message.working(),
  };
}

const logMessage = (message: JsMsg): LogMessage => ({
  id: idOf(message),
  data: message.data,
  timeMs: Math.floor(message.info.timestampNanos / 1e6),
  position: String(message.info.streamSequence).padStart(positionDigits, '0'),
});

const unavailable = (cause: unknown) =>
  cause instanceof WolfsecError
    ? cause
    : new WolfsecError('WOLFSEC_BROKER_UNAVAILABLE', `nats: ${(cause as Error).message}`, { cause });

/** Answers `undefined` for an error of the API with this status. */
const unless = (status: number) => (error: unknown) => {
  if ((error as { status?: number }).status === status) return undefined;
  throw error;
};
