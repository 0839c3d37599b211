import { scale, subBuckets } from '../backend/contract/log-linear.ts';
import type { FamilySnapshot, SeriesSnapshot } from './snapshot.ts';

/** What a thread tells of one of its families; the columns are shared memory. */
export interface RemoteFamilyMessage extends Omit<FamilySnapshot, 'series'> {
  readonly stride: number;
  readonly ways: number;
  readonly values: Float64Array;
  readonly created: Float64Array;
  readonly directory?: Uint32Array;
  readonly pages?: Uint32Array;
  readonly spill?: Float64Array;
  /** New series by id, or with `whole` all there are. */
  readonly series: readonly (readonly [id: number, values: readonly string[]])[];
  readonly whole: boolean;
}

/** Another thread's family, read out of its shared columns. */
export class RemoteFamily {
  #about: RemoteFamilyMessage;
  #series = new Map<number, readonly string[]>();

  constructor(message: RemoteFamilyMessage) {
    this.#about = message;
    this.update(message);
  }

  update(message: RemoteFamilyMessage): void {
    this.#about = message;
    if (message.whole) this.#series = new Map();
    for (const [id, values] of message.series) this.#series.set(id, values);
  }

  snapshot(): FamilySnapshot {
    const { name, type, scheme, help, unit, aggregation, labels, bounds, quantiles } = this.#about;
    return {
      ...{ name, type, scheme, help, aggregation, labels },
      ...(unit === undefined ? {} : { unit }),
      ...(bounds === undefined ? {} : { bounds }),
      ...(quantiles === undefined ? {} : { quantiles }),
      series: [...this.#series].map(([id, values]) => this.#one(id, values)),
    };
  }

  #one(id: number, values: readonly string[]): SeriesSnapshot {
    const { scheme, stride, labels: names, values: column, created } = this.#about;
    const labels = Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
    const about = { labels, createdSeconds: created[id]! };
    const at = id * stride;
    if (scheme === 'single') return { ...about, value: column[at]! };
    if (scheme === 'buckets') {
      return { ...about, buckets: [...column.subarray(at, at + stride - 1)], sum: column[at + stride - 1]! };
    }
    const counts = this.#counts(id);
    if (scheme === 'exponential') return { ...about, sum: column[at]!, counts };
    return { ...about, sum: column[at]!, count: column[at + 1]!, counts };
  }

  #counts(id: number): [number, number][] {
    const { ways, directory, pages, spill } = this.#about;
    const counts = new Map<number, number>();
    if (!directory || !pages) return [];
    for (let slot = id * ways * scale.octaves; slot < (id + 1) * ways * scale.octaves; slot++) {
      const page = directory[slot]!;
      // A page beyond what is known was made in the turn that still runs; its column comes with the next message.
      if (page === 0 || (page + 1) * subBuckets > pages.length) continue;
      for (let i = 0; i < subBuckets; i++) {
        const count = pages[page * subBuckets + i]! + (spill?.[page * subBuckets + i] ?? 0);
        const bucket = (slot % scale.octaves) * subBuckets + i;
        if (count !== 0) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
      }
    }
    return [...counts];
  }
}
