import type { Outgoing } from '../broker.ts';

/** Room for the id of a message and what is around it. */
const overheadBytes = 256;

export interface Routed extends Outgoing {
  readonly partition: number;
}

export const sizeOf = ({ data }: Outgoing) => data.length + overheadBytes;

/** Spreads messages over partitions in runs, each small enough for one batch. */
export function* spread(
  messages: readonly Outgoing[],
  nextPartition: () => number,
  maxBatchBytes: number,
): Generator<Routed> {
  let partition = nextPartition();
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (bytes > 0 && bytes + size > maxBatchBytes) {
      partition = nextPartition();
      bytes = 0;
    }
    bytes += size;
    yield { ...message, partition };
  }
}

/** What is sent together: of each round, the messages for one partition fit into one batch. */
export function roundsOf(messages: Iterable<Routed>, maxBatchBytes: number): Routed[][] {
  const rounds: Routed[][] = [];
  const places = new Map<number, { round: number; bytes: number }>();
  for (const message of messages) {
    const place = places.get(message.partition) ?? { round: 0, bytes: 0 };
    places.set(message.partition, place);
    const size = sizeOf(message);
    if (place.bytes > 0 && place.bytes + size > maxBatchBytes) {
      place.round++;
      place.bytes = 0;
    }
    place.bytes += size;
    rounds[place.round] ??= [];
    rounds[place.round]?.push(message);
  }
  return rounds;
}
