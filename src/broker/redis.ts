import { randomUUID } from 'node:crypto';
import { createClient, RESP_TYPES } from 'redis';
import { WolfsecError } from '../errors.ts';
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

const group = 'detect';
const blockMs = 500;
const readCount = 200;

/** Takes all messages or none: KEYS stream, bytes; ARGV most bytes, oldest id to keep, then ids and data in turn. */
const publishScript = `
local size = 0
for i = 4, #ARGV, 2 do size = size + #ARGV[i] end
local most = tonumber(ARGV[1])
if most > 0 and tonumber(redis.call('GET', KEYS[2]) or '0') + size > most then
  return redis.error_reply('FULL the stream has no room')
end
for i = 3, #ARGV, 2 do
  if ARGV[2] == '' then redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'data', ARGV[i + 1])
  else redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[2], '*', 'id', ARGV[i], 'data', ARGV[i + 1]) end
end
if most > 0 then redis.call('INCRBY', KEYS[2], size) end
return size`;

/** KEYS stream, bytes; ARGV group, entry, size. Only who takes the entry off gives its bytes back. */
const ackScript = `
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
if redis.call('XDEL', KEYS[1], ARGV[2]) == 1 then redis.call('DECRBY', KEYS[2], ARGV[3]) end
return 1`;

type Client = ReturnType<typeof connectionOf>;
type Entry = [id: Buffer, fields: Buffer[] | null];

/** Connects to Redis or Valkey, 6.2 or later. */
export async function openRedis(url: string, options: BrokerOptions): Promise<Broker> {
  const client = connectionOf(url, options);
  try {
    await client.connect();
    const broker = new RedisBroker(client, options);
    await broker.makeGroup();
    return broker;
  } catch (cause) {
    client.destroy();
    throw unavailable(cause);
  }
}

function connectionOf(url: string, { onError }: BrokerOptions) {
  let reached = false;
  const client = createClient({
    url,
    socket: {
      connectTimeout: 5_000,
      // The first connection tells at once that there is none; a lost one comes back.
      reconnectStrategy: (tries, cause) => (reached ? Math.min(2_000, 50 * 2 ** Math.min(tries, 6)) : cause),
    },
  });
  client.once('ready', () => {
    reached = true;
  });
  client.on('error', (error: unknown) => onError?.(error));
  return client;
}

class RedisBroker implements Broker {
  readonly kind = 'redis';
  readonly #client: Client;
  readonly #options: BrokerOptions;
  readonly #events: string;
  readonly #bytes: string;

  constructor(client: Client, options: BrokerOptions) {
    this.#client = client;
    this.#options = options;
    this.#events = `${options.prefix}:events`;
    this.#bytes = `${options.prefix}:events:bytes`;
  }

  async makeGroup(): Promise<void> {
    await this.#send('XGROUP', 'CREATE', this.#events, group, '0', 'MKSTREAM').catch((error: Error) => {
      if (!error.message.startsWith('BUSYGROUP')) throw error;
    });
  }

  async publish(topic: Topic, messages: readonly Outgoing[]): Promise<void> {
    const byStream = Map.groupBy(messages, ({ partition = 0 }) => this.#streamOf(topic, partition));
    const { maxQueueBytes, logMs } = this.#options;
    try {
      for (const [stream, group] of byStream) {
        const queue = topic === 'events';
        const keptMs = topic === 'dead' ? deadMs : logMs;
        const limits = queue ? [String(maxQueueBytes), ''] : ['0', `${Date.now() - keptMs}-0`];
        const parts = group.flatMap(({ id, data }) => [id, bufferOf(data)]);
        await this.#send('EVAL', publishScript, '2', stream, this.#bytes, ...limits, ...parts);
      }
    } catch (cause) {
      const { message } = cause as Error;
      if (/^(FULL|OOM)/.test(message))
        throw new WolfsecError('WOLFSEC_STORE_FULL', `redis: ${message}`, { cause });
      throw unavailable(cause);
    }
  }

  async consume(options: ConsumeOptions): Promise<Running> {
    const { batchBytes = 1 << 20, take, onError = () => {} } = options;
    const consumer = randomUUID();
    const reading = this.#client.duplicate();
    reading.on('error', onError);
    await reading.connect();
    const stopping = new AbortController();
    const handOn = async (entries: readonly (readonly [Entry, number])[]) => {
      let batch: QueueMessage[] = [];
      let size = 0;
      for (const [entry, deliveries] of entries) {
        const message = this.#queueMessage(entry, deliveries, consumer);
        if (!message) continue;
        batch.push(message);
        size += message.data.length;
        if (size < batchBytes) continue;
        await take(batch);
        [batch, size] = [[], 0];
      }
      if (batch.length > 0) await take(batch);
    };
    const running = (async () => {
      let lookedMs = 0;
      while (!stopping.signal.aborted) {
        try {
          if (Date.now() - lookedMs > Math.min(1_000, this.#options.ackWaitMs / 4)) {
            lookedMs = Date.now();
            await handOn(await this.#claim(consumer));
          }
          const wanted = ['GROUP', group, consumer, 'COUNT', String(readCount), 'BLOCK', String(blockMs)];
          const found = await send(reading, ['XREADGROUP', ...wanted, 'STREAMS', this.#events, '>']);
          await handOn(entriesOf(found).map((entry) => [entry, 1] as const));
        } catch (error) {
          if (stopping.signal.aborted) return;
          onError(error);
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
      }
    })();
    return {
      async stop() {
        stopping.abort();
        await running;
        reading.destroy();
      },
    };
  }

  async follow(topic: 'hits' | 'detections', partition: number, options: FollowOptions): Promise<Running> {
    const reading = this.#client.duplicate();
    reading.on('error', (error: unknown) => this.#options.onError?.(error));
    await reading.connect();
    const stream = this.#streamOf(topic, partition);
    let after = `${Math.max(0, Math.floor(options.sinceMs) - 1)}-18446744073709551615`;
    let stopped = false;
    const running = (async () => {
      try {
        while (!stopped) {
          const wanted = ['COUNT', String(readCount), 'BLOCK', String(blockMs), 'STREAMS', stream, after];
          const entries = entriesOf(await send(reading, ['XREAD', ...wanted]));
          if (entries.length > 0 && !stopped) await options.take(entries.map(logMessage));
          after = entries.at(-1)?.[0].toString() ?? after;
        }
      } catch (error) {
        if (!stopped) options.onEnd(error);
      }
    })();
    return {
      async stop() {
        stopped = true;
        await running;
        reading.destroy();
      },
    };
  }

  async queue() {
    const [length, pending] = await Promise.all([
      this.#send('XLEN', this.#events),
      this.#send('XPENDING', this.#events, group),
    ]);
    // What is acknowledged is taken off, so that the stream holds what waits and what is given out.
    const given = Number((pending as unknown[])[0]);
    return { waiting: Math.max(0, Number(length) - given), pending: given };
  }

  async health() {
    try {
      await this.#client.ping();
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: `redis: ${(error as Error).message}` };
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #streamOf(topic: Topic, partition: number): string {
    return topic === 'events' ? this.#events : `${this.#options.prefix}:${topic}:${partition}`;
  }

  /** Messages that their consumers have not settled in time. */
  async #claim(consumer: string): Promise<(readonly [Entry, number])[]> {
    const idle = String(this.#options.ackWaitMs);
    const late = await this.#send('XPENDING', this.#events, group, 'IDLE', idle, '-', '+', String(readCount));
    const pending = late as [Buffer, Buffer, number, number][];
    if (pending.length === 0) return [];
    const ids = pending.map(([id]) => id);
    const claimed = await this.#send('XCLAIM', this.#events, group, consumer, idle, ...ids);
    const deliveries = new Map(pending.map(([id, , , count]) => [id.toString(), Number(count) + 1]));
    return (claimed as (Entry | null)[])
      .filter((entry) => entry !== null)
      .map((entry) => [entry, deliveries.get(entry[0].toString()) ?? 2] as const);
  }

  #queueMessage([entry, fields]: Entry, deliveries: number, consumer: string): QueueMessage | undefined {
    if (!fields) return undefined;
    const place = entry.toString();
    const { id, data } = contentOf(fields, place);
    /** Makes the entry as idle as that; JUSTID does not count as giving it out. */
    const idle = (ms: number) =>
      this.#send('XCLAIM', this.#events, group, consumer, '0', place, 'IDLE', String(ms), 'JUSTID');
    return {
      id,
      data,
      timeMs: Number(place.split('-', 1)[0]),
      deliveries,
      ack: async () => {
        await this.#send(
          'EVAL',
          ackScript,
          '2',
          this.#events,
          this.#bytes,
          group,
          place,
          String(data.length),
        );
      },
      retry: async (delayMs) => {
        await idle(Math.max(0, this.#options.ackWaitMs - delayMs));
      },
      working: () => void idle(0).catch(() => {}),
    };
  }

  #send(...command: (string | Buffer)[]): Promise<unknown> {
    return send(this.#client, command);
  }
}

/** Answers with texts as bytes: data is not text. */
const send = (client: Client, command: (string | Buffer)[]): Promise<unknown> =>
  client.sendCommand(command, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });

function entriesOf(answer: unknown): Entry[] {
  if (!answer) return [];
  // RESP2 gives a list of pairs, RESP3 a map.
  const [first] =
    answer instanceof Map ? [...answer.values()] : Array.isArray(answer) ? answer : Object.values(answer);
  if (Array.isArray(answer) && Array.isArray(first)) return first[1] as Entry[];
  return (first ?? []) as Entry[];
}

function contentOf(fields: readonly Buffer[], place: string): { id: string; data: Buffer } {
  const at = (name: string) => fields.findIndex((field, n) => n % 2 === 0 && field.toString() === name);
  const [id, data] = [at('id'), at('data')];
  return {
    id: id === -1 ? place : (fields[id + 1] as Buffer).toString(),
    data: data === -1 ? Buffer.alloc(0) : (fields[data + 1] as Buffer),
  };
}

function logMessage([entry, fields]: Entry): LogMessage {
  const place = entry.toString();
  const [ms = '0', sequence = '0'] = place.split('-');
  const position = `${ms.padStart(16, '0')}-${sequence.padStart(20, '0')}`;
  return { ...contentOf(fields ?? [], place), timeMs: Number(ms), position };
}

const bufferOf = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.length);

const unavailable = (cause: unknown) =>
  cause instanceof WolfsecError
    ? cause
    : new WolfsecError('WOLFSEC_BROKER_UNAVAILABLE', `redis: ${(cause as Error).message}`, { cause });
