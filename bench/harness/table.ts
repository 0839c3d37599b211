import type { GroupRun } from './measure.ts';
import { median } from './statistics.ts';

/** One group as text: figures per operation, speed against portable and against the fastest peer. */
export function groupTable({ group, bytes, cases }: GroupRun): string {
  const portable = cases.find((c) => c.name === 'portable');
  const peers = cases.filter((c) => c.name !== 'native' && c.name !== 'portable' && !c.name.startsWith('('));
  const bestPeer = peers.toSorted((a, b) => a.p50Ns - b.p50Ns)[0];
  const rows = cases.map((c) => [
    `  ${c.name}`,
    nanoseconds(c.meanNs),
    `± ${nanoseconds(c.sdNs)}`,
    count(1e9 / c.meanNs),
    bytes === undefined ? '' : count((bytes * 1e3) / c.meanNs),
    nanoseconds(c.p50Ns),
    `${nanoseconds(c.p99Ns)}${c.callsPerSample > 1 ? '*' : ' '}`,
    c === portable || !portable ? '' : speed(portable.sliceNs, c.sliceNs),
    c === bestPeer || !bestPeer ? '' : speed(bestPeer.sliceNs, c.sliceNs),
  ]);
  const head = [
    group,
    'ns/iter',
    '(sd)',
    'ops/s',
    bytes === undefined ? '' : 'MB/s',
    'p50',
    'p99 ',
    portable ? 'vs portable' : '',
    bestPeer ? `vs ${bestPeer.name}` : '',
  ];
  return align([head, ...rows]);
}

/** How many times as fast `to` is as `from`: the median of each round's ratio. */
function speed(from: readonly number[], to: readonly number[]): string {
  return `${significant(median(from.map((ns, round) => ns / (to[round] as number))))}×`;
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] as number;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width === 0 ? 0 : width + 2);
        })
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

const nanoseconds = (value: number) => (value < 100 ? value.toFixed(1) : count(value));
const count = (value: number) =>
  value < 100 ? significant(value) : Math.round(value).toLocaleString('en-US');
const significant = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
