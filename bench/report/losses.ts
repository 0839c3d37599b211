import type { AreaRecord } from '../harness/record.ts';
import { merge } from '../harness/record.ts';
import { median, quantile, sorted } from '../harness/statistics.ts';

/** A group in which something else is faster than the native case. */
export interface Loss {
  readonly area: string;
  readonly group: string;
  readonly nativeNs: number;
  readonly faster: string;
  readonly fasterNs: number;
  /** Native time over the faster one's, median of the rounds. */
  readonly ratio: number;
}

/** Below this the two count as equal. */
const clear = 1.1;

/**
 * Where portable code or a peer beats native, clearly: by a tenth in the median round, and in nine
 * rounds of ten at all. The C++ cases are a floor and no choice, so they are left out.
 *
 * @param records oldest first; of each group the last run counts, so that one of a few groups hides none.
 */
export function losses(records: readonly AreaRecord[]): Loss[] {
  const found = new Map<string, Loss>();
  for (const { area, launches } of records) {
    for (const { group, cases } of merge(launches)) {
      const key = JSON.stringify([area, group]);
      found.delete(key);
      const native = cases.find((c) => c.name === 'native');
      if (!native) continue;
      const others = cases
        .filter((c) => c !== native && c.name !== 'addon' && !c.name.startsWith('C++'))
        .map((c) => ({ c, ratios: sorted(native.sliceNs.map((ns, i) => ns / (c.sliceNs[i] as number))) }))
        .filter(({ ratios }) => quantile(ratios, 0.5) > clear && quantile(ratios, 0.1) > 1)
        .sort((a, b) => quantile(b.ratios, 0.5) - quantile(a.ratios, 0.5));
      const [best] = others;
      if (!best) continue;
      found.set(key, {
        area,
        group,
        nativeNs: median(native.sliceNs),
        faster: best.c.name,
        fasterNs: median(best.c.sliceNs),
        ratio: quantile(best.ratios, 0.5),
      });
    }
  }
  return [...found.values()].sort((a, b) => a.area.localeCompare(b.area));
}

/** The losses as a Markdown table. */
export function lossTable(found: readonly Loss[]): string {
  const time = (ns: number) =>
    ns < 1000
      ? `${ns.toPrecision(3)} ns`
      : ns < 1e6
        ? `${(ns / 1e3).toPrecision(3)} µs`
        : `${(ns / 1e6).toPrecision(3)} ms`;
  return [
    '| Area | Call | Native | Faster | by |',
    '|---|---|--:|---|--:|',
    ...found.map(
      (loss) =>
        `| ${loss.area} | ${loss.group} | ${time(loss.nativeNs)} | ${loss.faster}, ${time(loss.fasterNs)} | ${loss.ratio.toFixed(1)}× |`,
    ),
  ].join('\n');
}
