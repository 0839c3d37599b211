import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, consumerGroupChannel } from '@platformatic/kafka';
import type { ClientOptions } from './address.ts';
import { answeringFirst } from './answering.ts';

export interface MemberOptions {
  readonly client: ClientOptions;
  readonly group: string;
  readonly topic: string;
  /** A member that is not heard of for so long has its partitions given to others. */
  readonly sessionMs: number;
  /** Told which partitions are this member's, each time they are shared out anew. */
  readonly onShare: (partitions: readonly number[]) => void;
  /** The membership is over: another is to be begun. */
  readonly onEnd: (error: unknown) => void;
}

/** Commits come no closer together than that. */
const commitEveryMs = 100;
const lookAgainMs = 20;
const leaveWithinMs = 2_000;

/** A member of the group that shares the partitions of the queue, and what it has done of them. */
export class Member {
  readonly #consumer: Consumer;
  readonly #options: MemberOptions;
  readonly #positions = new Map<number, number>();
  #committing: Promise<void> | undefined;
  #joining = 0;
  readonly #watch: { readonly start: (told: unknown) => void; readonly asyncEnd: (told: unknown) => void };
  #ended = false;

  private constructor(options: MemberOptions) {
    const { client, group, sessionMs } = options;
    this.#options = options;
    this.#consumer = new Consumer({
      ...client,
      groupId: group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs,
      heartbeatInterval: Math.min(3_000, Math.floor(sessionMs / 3)),
      heartbeatStallTimeout: sessionMs,
      // Joining waits for all the others.
      requestTimeout: 2 * sessionMs + 5_000,
      retries: 3,
      retryDelay: 250,
    });
    const isJoining = (told: unknown) => {
      const { client, operation } = told as { client?: unknown; operation?: unknown };
      return client === this.#consumer && operation === 'joinGroup';
    };
    this.#watch = {
      start: (told) => {
        if (isJoining(told)) this.#joining++;
      },
      asyncEnd: (told) => {
        if (isJoining(told)) this.#joining--;
      },
    };
    for (const [event, listener] of this.#watched) consumerGroupChannel[event].subscribe(listener);
  }

  /** Resolves when the group has given it its share. */
  static async join(options: MemberOptions): Promise<Member> {
    const member = new Member({ ...options, client: await answeringFirst(options.client) });
    const consumer = member.#consumer;
    consumer.topics.track(options.topic);
    // Told when joining anew has failed.
    consumer.on('error', (error: Error) => member.#end(error));
    // A coordinator that hangs would be asked for ever; whom it has not heard of for a session has no share any more.
    consumer.on('consumer:heartbeat:stalled', ({ lastError, stalledFor }) => {
      member.#end(lastError ?? new Error(`the group has not answered for ${stalledFor} ms`));
    });
    consumer.on('consumer:group:join', () => {
      if (member.#ended) return;
      const mine = new Set(member.share);
      // What another one may have had in between is not to be committed as it was before.
      for (const partition of member.#positions.keys())
        if (!mine.has(partition)) member.#positions.delete(partition);
      options.onShare(member.share);
    });
    try {
      await consumer.joinGroup({});
      return member;
    } catch (error) {
      await member.leave();
      throw error;
    }
  }

  get share(): readonly number[] {
    const mine = this.#consumer.assignments?.find(({ topic }) => topic === this.#options.topic);
    return mine?.partitions ?? [];
  }

  /** Where whoever had these partitions before has left them; nothing for those that nobody had. */
  async committed(partitions: readonly number[]): Promise<Map<number, number>> {
    if (partitions.length === 0) return new Map();
    const { topic } = this.#options;
    const topics = [{ topic, partitions: [...partitions] }];
    const found = (await this.#consumer.listCommittedOffsets({ topics })).get(topic) ?? [];
    return new Map(
      partitions.flatMap((partition) => {
        const offset = found[partition];
        return offset === undefined || offset < 0n ? [] : [[partition, Number(offset)] as const];
      }),
    );
  }

  /** Not waited for: what is not known to be done comes again. */
  commit(partition: number, position: number): void {
    this.#positions.set(partition, position);
    this.#committing ??= this.#commitAll().finally(() => {
      this.#committing = undefined;
    });
  }

  async #commitAll(): Promise<void> {
    const { topic } = this.#options;
    // Messages that were settled together are one commit.
    await Promise.resolve();
    while (this.#positions.size > 0 && !this.#ended) {
      // A commit would arrive after the share that it is of, be refused for it, and have the client join once more:
      // under load that goes on for ever, with nothing committed.
      if (this.#joining > 0) {
        await sleep(lookAgainMs);
        continue;
      }
      const mine = new Set(this.share);
      const offsets = [...this.#positions]
        .filter(([partition]) => mine.has(partition))
        .map(([partition, offset]) => ({ topic, partition, offset: BigInt(offset), leaderEpoch: -1 }));
      this.#positions.clear();
      if (offsets.length === 0) return;
      try {
        await this.#consumer.commit({ offsets });
      } catch (error) {
        this.#end(error);
        return;
      }
      await sleep(commitEveryMs);
    }
  }

  /** Commits what is done, and has its partitions given to others at once. */
  async leave(): Promise<void> {
    await Promise.race([this.#committing, sleep(leaveWithinMs)]);
    this.#ended = true;
    for (const [event, listener] of this.#watched) consumerGroupChannel[event].unsubscribe(listener);
    const { connections } = this.#consumer;
    // Where the group cannot be told, it finds out by itself.
    const told = this.#consumer.close(true).catch(() => {});
    await Promise.race([told, sleep(leaveWithinMs)]);
    await connections.close().catch(() => {});
  }

  get #watched() {
    return Object.entries(this.#watch) as ['start' | 'asyncEnd', (told: unknown) => void][];
  }

  #end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(error);
  }
}
