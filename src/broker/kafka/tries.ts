import type { Clients } from './clients.ts';

/** Bits of an offset that count. */
const countRange = 64;

/**
 * How often messages were given out to workers that did not get any of them done. Kafka does not count, and a message
 * that ends its worker must not be tried for ever. So the count is kept where the offsets are, in a group of its own:
 * the offset it holds for, and the count in its lowest bits.
 */
export class Tries {
  readonly #clients: Clients;
  readonly #group: string;
  readonly #topic: string;

  constructor(clients: Clients, group: string, topic: string) {
    this.#clients = clients;
    this.#group = group;
    this.#topic = topic;
  }

  /** Workers that began at this offset of the partition, and came no further. */
  async at(partition: number, offset: number): Promise<number> {
    const topics = [{ name: this.#topic, partitionIndexes: [partition] }];
    const groups = await this.#clients.ask((admin) =>
      admin.listConsumerGroupOffsets({ groups: [{ groupId: this.#group, topics }] }),
    );
    const kept = Number(groups[0]?.topics[0]?.partitions[0]?.committedOffset ?? -1);
    if (kept < 0 || Math.floor(kept / countRange) !== offset) return 0;
    return kept % countRange;
  }

  async put(partition: number, offset: number, count: number): Promise<void> {
    const kept = BigInt(offset * countRange + Math.min(count, countRange - 1));
    const topics = [{ name: this.#topic, partitionOffsets: [{ partition, offset: kept }] }];
    await this.#clients.ask((admin) => admin.alterConsumerGroupOffsets({ groupId: this.#group, topics }));
  }
}
