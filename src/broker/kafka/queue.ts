import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../backoff.ts';
import type { ConsumeOptions, QueueMessage, Running } from '../broker.ts';
import { Gather } from '../gather.ts';
import type { ClientOptions } from './address.ts';
import { unavailable } from './failure.ts';
import { Member } from './member.ts';
import { Progress } from './progress.ts';
import { type Lying, readPartition } from './reader.ts';
import type { Tries } from './tries.ts';

export interface QueueOptions extends ConsumeOptions {
  readonly client: () => ClientOptions;
  readonly group: string;
  readonly topic: string;
  readonly ackWaitMs: number;
  readonly tries: Tries;
  /** Where the log of a partition begins. */
  readonly earliest: (partition: number) => Promise<number>;
}

/** The shortest and the longest session that brokers allow unless they are told otherwise. */
const shortestSessionMs = 6_000;
const longestSessionMs = 300_000;

/** A partition held here. */
interface Held {
  readonly partition: number;
  readonly progress: Progress<Given>;
  readonly reader: Running;
  /** Times that it was given out before, up to where it began. */
  readonly earlier: number;
  marked: boolean;
}

/** A message that is given out and not settled. */
interface Given extends Lying {
  readonly held: Held;
  deliveries: number;
  /** When it is overdue; `undefined` while it waits for its next turn. */
  dueMs: number | undefined;
}

/**
 * A queue over a log: the partitions of `events` are shared out among the workers, each message goes on by itself, and
 * the offset that is committed is the first that is not done.
 */
export class KafkaQueue implements Running {
  readonly #options: QueueOptions & { readonly maxBytes: number };
  readonly #gather: Gather<Given>;
  readonly #held = new Map<number, Held>();
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #retries = new Set<NodeJS.Timeout>();
  #member: Member | undefined;
  #sharing: Promise<void> = Promise.resolve();
  #rejoining: Promise<void> | undefined;
  #openBytes = 0;
  #room: (() => void)[] = [];

  private constructor(options: QueueOptions) {
    const { maxBytes = 4 << 20, batchBytes = 1 << 20, ackWaitMs } = options;
    this.#options = { ...options, maxBytes };
    this.#gather = new Gather<Given>({
      size: ({ data }) => data.length,
      maxSize: batchBytes,
      take: (batch) => this.#hand(batch),
      onError: (error) => this.#options.onError?.(error),
    });
    this.#timer = setInterval(() => this.#lookForOverdue(), Math.min(1_000, ackWaitMs / 4));
  }

  static async start(options: QueueOptions): Promise<KafkaQueue> {
    const queue = new KafkaQueue(options);
    try {
      await queue.#join();
      return queue;
    } catch (error) {
      await queue.stop();
      throw error;
    }
  }

  /** Messages given out and not settled. */
  get open(): number {
    let open = 0;
    for (const { progress } of this.#held.values()) open += progress.openCount;
    return open;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#makeRoom();
    await this.#rejoining;
    await this.#sharing;
    await Promise.all([...this.#held.values()].map(({ reader }) => reader.stop()));
    await this.#gather.idle();
    // What is under way is done before its partition goes to another worker; what is given back is not waited for.
    while (this.#underWay() && this.#member) await sleep(20);
    clearInterval(this.#timer);
    for (const retry of this.#retries) clearTimeout(retry);
    this.#dropAll();
    await this.#member?.leave();
  }

  async #join(): Promise<void> {
    const { client, group, topic, ackWaitMs } = this.#options;
    const sessionMs = Math.min(longestSessionMs, Math.max(shortestSessionMs, ackWaitMs));
    let joined: Member | undefined;
    const ends: unknown[] = [];
    const member = await Member.join({
      client: client(),
      group,
      topic,
      sessionMs,
      onShare: () => {
        // The first share is taken up below.
        if (joined !== undefined && this.#member === joined) void this.#takeUp(joined);
      },
      onEnd: (error) => {
        ends.push(error);
        if (joined !== undefined && this.#member === joined) this.#rejoin(joined, error);
      },
    });
    if (ends.length > 0) {
      await member.leave();
      throw ends[0];
    }
    joined = member;
    this.#member = member;
    await this.#takeUp(member);
  }

  /** The share is read anew: of several in a row the last one counts. */
  #takeUp(member: Member): Promise<void> {
    this.#sharing = this.#sharing.then(async () => {
      for (let failures = 0; this.#member === member && !this.#stopping.signal.aborted; ) {
        try {
          return await this.#share(member);
        } catch (error) {
          this.#told(error);
          await this.#pause(++failures);
        }
      }
    });
    return this.#sharing;
  }

  async #share(member: Member): Promise<void> {
    const mine = new Set(member.share);
    await Promise.all(
      [...this.#held.values()].filter((held) => !mine.has(held.partition)).map((held) => this.#drop(held)),
    );
    const fresh = [...mine].filter((partition) => !this.#held.has(partition));
    const committed = await member.committed(fresh);
    for (const partition of fresh) {
      const { earliest, tries } = this.#options;
      const start = committed.get(partition) ?? (await earliest(partition));
      const earlier = await tries.at(partition, start);
      if (this.#stopping.signal.aborted) return;
      this.#hold(partition, start, earlier);
    }
  }

  #hold(partition: number, start: number, earlier: number): void {
    const { client, topic, earliest } = this.#options;
    const reader = readPartition({
      client: client(),
      topic,
      partition,
      from: start,
      earliest: () => earliest(partition),
      take: (records) => this.#give(held, records),
      onEnd: (error) => this.#told(error),
      onError: (error) => this.#told(error),
    });
    const held: Held = { partition, progress: new Progress(start), reader, earlier, marked: false };
    this.#held.set(partition, held);
  }

  /** The partition is another worker's: what was given out of it here is repeated there, and settling it is nothing. */
  async #drop(held: Held): Promise<void> {
    this.#held.delete(held.partition);
    for (const { data } of held.progress.open) this.#openBytes -= data.length;
    this.#makeRoom();
    await held.reader.stop();
  }

  #dropAll(): void {
    for (const held of [...this.#held.values()]) void this.#drop(held);
  }

  #rejoin(member: Member, error: unknown): void {
    this.#told(error);
    this.#member = undefined;
    this.#rejoining ??= (async () => {
      await this.#sharing;
      this.#dropAll();
      await member.leave();
      for (let failures = 1; !this.#stopping.signal.aborted; failures++) {
        await this.#pause(failures);
        if (this.#stopping.signal.aborted) return;
        try {
          return await this.#join();
        } catch (error) {
          this.#told(error);
        }
      }
    })().finally(() => {
      this.#rejoining = undefined;
    });
  }

  /** Takes what a reader found; resolves when there is room for more. */
  async #give(held: Held, records: readonly Lying[]): Promise<void> {
    for (const record of records) {
      if (!this.#holds(held) || this.#stopping.signal.aborted) return;
      const given: Given = { ...record, held, deliveries: 0, dueMs: undefined };
      for (const gone of held.progress.give(record.offset, given)) this.#openBytes -= gone.data.length;
      this.#openBytes += record.data.length;
      await this.#gather.add(given);
      while (
        this.#openBytes >= this.#options.maxBytes &&
        this.#holds(held) &&
        !this.#stopping.signal.aborted
      ) {
        await new Promise<void>((resolve) => this.#room.push(resolve));
      }
    }
  }

  async #hand(batch: readonly Given[]): Promise<void> {
    const live = batch.filter((given) => this.#isOpen(given));
    await this.#mark(new Set(live.map(({ held }) => held)));
    const dueMs = Date.now() + this.#options.ackWaitMs;
    for (const given of live) {
      const { held } = given;
      // As long as nothing behind where it began is done, whoever had it before may have tried this one too.
      if (given.deliveries === 0 && held.progress.position === held.progress.start)
        given.deliveries = held.earlier;
      given.deliveries++;
      given.dueMs = dueMs;
    }
    if (live.length > 0) await this.#options.take(live.map((given) => this.#queueMessage(given)));
  }

  /** Written down before it is tried: a message that ends its worker is known by that. */
  async #mark(holds: ReadonlySet<Held>): Promise<void> {
    for (const held of holds) {
      if (held.marked) continue;
      held.marked = true;
      const { partition, progress, earlier } = held;
      await this.#options.tries
        .put(partition, progress.start, earlier + 1)
        .catch((error) => this.#told(error));
    }
  }

  #queueMessage(given: Given): QueueMessage {
    const { id, data, timeMs, deliveries, offset, held } = given;
    return {
      id,
      data,
      timeMs,
      deliveries,
      ack: async () => {
        if (!this.#isOpen(given)) return;
        held.progress.settle(offset);
        this.#openBytes -= data.length;
        this.#makeRoom();
        this.#member?.commit(held.partition, held.progress.position);
      },
      retry: async (delayMs) => {
        if (given.dueMs === undefined) return;
        given.dueMs = undefined;
        const retry = setTimeout(() => {
          this.#retries.delete(retry);
          this.#again(given);
        }, delayMs);
        this.#retries.add(retry);
      },
      working: () => {
        if (given.dueMs !== undefined) given.dueMs = Date.now() + this.#options.ackWaitMs;
      },
    };
  }

  #again(given: Given): void {
    given.dueMs = undefined;
    if (this.#isOpen(given) && !this.#stopping.signal.aborted) void this.#gather.add(given);
  }

  #lookForOverdue(): void {
    const nowMs = Date.now();
    for (const { progress } of this.#held.values()) {
      for (const given of progress.open) {
        if (given.dueMs !== undefined && given.dueMs < nowMs) this.#again(given);
      }
    }
  }

  #underWay(): boolean {
    const nowMs = Date.now();
    for (const { progress } of this.#held.values()) {
      for (const { dueMs } of progress.open) if (dueMs !== undefined && dueMs >= nowMs) return true;
    }
    return false;
  }

  #holds(held: Held): boolean {
    return this.#held.get(held.partition) === held;
  }

  #isOpen(given: Given): boolean {
    return this.#holds(given.held) && given.held.progress.at(given.offset) === given;
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  #told(error: unknown): void {
    this.#options.onError?.(unavailable(error));
  }

  async #pause(failures: number): Promise<void> {
    const { signal } = this.#stopping;
    await sleep(backoffMs(failures, 250, 5_000), undefined, { signal }).catch(() => {});
  }
}
