import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { shownTheme } from '../data/settings.ts';
import { Button } from './basics.tsx';
import { Table } from './table.tsx';

interface Series {
  readonly name: string;
  /** Name of a colour of the page, e.g. `critical`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** Bars stand on each other, lines lie over each other. */
  readonly kind: 'bars' | 'lines';
  readonly height?: number;
  readonly format: (value: number) => string;
  readonly formatTime: (ms: number) => string;
  /** A time to point at. */
  readonly markMs?: number;
  readonly empty?: ComponentChildren;
  /** Least height of the scale: what little there is looks little. */
  readonly max?: number;
  /** Steps of the scale are powers of two, as bytes are told. */
  readonly binary?: boolean;
}

const colorOf = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A chart, and the same figures as a table for those who would rather read. */
export function Chart(props: ChartProps) {
  const { title, times, series, format, formatTime } = props;
  const [asTable, setAsTable] = useState(false);
  const nothing = series.every(({ values }) => values.every((value) => !value));
  const rows = times
    .map((ms, at) => ({ ms, at }))
    .filter(({ at }) => series.some(({ values }) => values[at]));
  return (
    <div class="chart">
      <div class="chart-head">
        <ul class="legend">
          {series.length > 1
            ? series.map(({ name, color }) => (
                <li key={name}>
                  <i class={`swatch c-${color}`} />
                  {name}
                </li>
              ))
            : null}
        </ul>
        <Button
          kind="quiet"
          pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          title={`${title} as a table`}
        >
          Table
        </Button>
      </div>
      {asTable ? (
        <div class="twin" tabIndex={0} role="region" aria-label={`${title}, table`}>
          <Table
            caption={title}
            keyOf={({ ms }) => String(ms)}
            rows={rows.toReversed().slice(0, 200)}
            columns={[
              { name: 'Time', cell: ({ ms }) => formatTime(ms) },
              ...series.map(({ name, values }) => ({
                name,
                numeric: true,
                cell: ({ at }: { at: number }) => (values[at] === null ? '–' : format(values[at] ?? 0)),
              })),
            ]}
          />
          {rows.length === 0 ? <p class="note">All zero.</p> : null}
        </div>
      ) : (
        <div class="plot-frame">
          <Plot {...props} />
          {nothing && props.empty ? <div class="plot-empty">{props.empty}</div> : null}
        </div>
      )}
    </div>
  );
}

function Plot({ title, times, series, kind, height = 180, format, formatTime, ...rest }: ChartProps) {
  const { markMs, max, binary = false } = rest;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const theme = shownTheme.value;
  const names = series.map(({ name, color }) => `${name}=${color}`).join();
  const data =
    kind === 'bars'
      ? stacked(times, series)
      : [times.map((ms) => ms / 1_000), ...series.map(({ values }) => [...values])];
  const latest = useRef(data);
  latest.current = data as never;

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const grid = { stroke: colorOf('line'), width: 1 };
    const axis = { stroke: colorOf('muted'), font: '11px system-ui, sans-serif', ticks: { show: false } };
    const bars = uPlot.paths.bars?.({ size: [0.85, 24], align: 1 });
    const made = new uPlot(
      {
        width: element.clientWidth || 300,
        height,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: kind === 'lines' }, drag: { x: false, y: false } },
        scales: {
          // The last bar stands behind its time: without room for it, it would be cut off.
          ...(kind === 'bars'
            ? { x: { range: (self: uPlot, least: number, most: number) => [least, most + stepOf(self)] } }
            : {}),
          y: { range: (_, __, most) => [0, max && (most || 0) <= max ? max : (most || 1) * 1.08] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            space: 70,
            size: 26,
            values: (_, ticks) => ticks.map((s) => formatTime(s * 1_000)),
          },
          {
            ...axis,
            grid,
            size: 52,
            space: 36,
            ...(binary ? { incrs: binarySteps } : {}),
            values: (_, ticks) => ticks.map((value) => (value === 0 ? '0' : format(value))),
          },
        ],
        series: [
          {},
          ...series.map(({ name, color }) => ({
            label: name,
            points: { show: false },
            ...(kind === 'bars'
              ? { fill: colorOf(color), width: 0, ...(bars ? { paths: bars } : {}) }
              : { stroke: colorOf(color), width: 1.5, spanGaps: true }),
          })),
        ],
        hooks: {
          ...(markMs === undefined ? {} : { draw: [(self: uPlot) => mark(self, markMs)] }),
          setCursor: [(self) => tip(self, element, series, kind, format, formatTime)],
        },
      },
      latest.current as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [theme, names, kind, height, markMs, formatTime]);

  useEffect(() => plot.current?.setData(data as uPlot.AlignedData));

  return (
    <div
      class="plot"
      ref={frame}
      role="img"
      aria-label={`${title}: chart. The button “Table” shows its figures.`}
    >
      <output class="tip" aria-hidden="true" hidden />
    </div>
  );
}

/** Each series on top of those after it, the tallest drawn first. */
function stacked(times: readonly number[], series: readonly Series[]): (number | null)[][] {
  const below = times.map(() => 0);
  const heights = series.toReversed().map(({ values }) =>
    values.map((value, at) => {
      below[at] = (below[at] ?? 0) + (value ?? 0);
      return value ? (below[at] as number) : null;
    }),
  );
  return [times.map((ms) => ms / 1_000), ...heights.toReversed()];
}

const binarySteps = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** Seconds from one bar to the next. */
const stepOf = ({ data: [times] }: uPlot) => (times?.[1] ?? 60) - (times?.[0] ?? 0) || 60;

function mark(self: uPlot, ms: number): void {
  const { ctx, bbox } = self;
  const x = self.valToPos(ms / 1_000, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colorOf('accent');
  ctx.lineWidth = 2;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** The figures under the pointer. Text nodes alone: nothing of it is read as markup. */
function tip(
  self: uPlot,
  frame: HTMLElement,
  series: readonly Series[],
  kind: ChartProps['kind'],
  format: ChartProps['format'],
  formatTime: ChartProps['formatTime'],
): void {
  const box = frame.querySelector<HTMLElement>('.tip');
  const { idx, left = -1 } = self.cursor;
  if (!box) return;
  if (idx === null || idx === undefined || left < 0) {
    box.hidden = true;
    return;
  }
  const lines = series.flatMap(({ name, values }) => {
    const value = values[idx];
    return value === null || value === undefined || (kind === 'bars' && value === 0)
      ? []
      : [`${name} ${format(value)}`];
  });
  const time = formatTime((self.data[0][idx] as number) * 1_000);
  box.textContent = [time, ...(lines.length > 0 ? lines : ['nothing'])].join('\n');
  box.hidden = false;
  const right = left > self.over.clientWidth / 2;
  box.style.left = right ? '' : `${left + 64}px`;
  box.style.right = right ? `${self.over.clientWidth - left + 20}px` : '';
}
