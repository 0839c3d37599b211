import { type ScrapeFrame, word } from '../../contract/exposition.ts';
import { bucketCount, bucketMiddle, scale, subBuckets } from '../../contract/log-linear.ts';

const merged = new Float64Array(bucketCount);

/** Folds a series' log-linear buckets into `counts`: one for each bound, the last for all above. */
export function foldBuckets(frame: ScrapeFrame, record: number, series: number, counts: Float64Array): void {
  const { words, numbers } = frame;
  const limitsAt = words[record + word.limitsAt]!;
  const directory = words[record + word.directoryAt]! + series * scale.octaves;
  const pagesAt = words[record + word.pagesAt]!;
  const last = counts.length - 1;
  counts.fill(0);
  let bound = 0;
  for (let octave = 0; octave < scale.octaves; octave++) {
    const page = words[directory + octave]!;
    if (page === 0) continue;
    const from = pagesAt + page * subBuckets;
    for (let i = 0; i < subBuckets; i++) {
      const count = numbers[from + i]!;
      if (count === 0) continue;
      while (bound < last && octave * subBuckets + i > numbers[limitsAt + bound]!) bound++;
      counts[bound]! += count;
    }
  }
}

/** Reads the quantiles of a series off its window into `values`; NaN where the window is empty. */
export function foldQuantiles(
  frame: ScrapeFrame,
  record: number,
  series: number,
  values: Float64Array,
): void {
  const { words, numbers } = frame;
  const ways = words[record + word.ways]!;
  const directory = words[record + word.directoryAt]! + series * ways * scale.octaves;
  merged.fill(0);
  let total = 0;
  for (let octave = 0; octave < ways * scale.octaves; octave++) {
    const page = words[directory + octave]!;
    if (page === 0) continue;
    const from = words[record + word.pagesAt]! + page * subBuckets;
    const to = (octave % scale.octaves) * subBuckets;
    for (let i = 0; i < subBuckets; i++) {
      merged[to + i]! += numbers[from + i]!;
      total += numbers[from + i]!;
    }
  }
  const limitsAt = words[record + word.limitsAt]!;
  let bucket = -1;
  let seen = 0;
  for (let i = 0; i < values.length - 1; i++) {
    if (total === 0) {
      values[i] = Number.NaN;
      continue;
    }
    const rank = Math.max(1, Math.ceil(numbers[limitsAt + i]! * total));
    while (seen < rank && bucket < bucketCount - 1) seen += merged[++bucket]!;
    values[i] = bucketMiddle(bucket);
  }
}
