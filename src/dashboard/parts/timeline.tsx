import type { Timeline } from '../../server/api.ts';
import { compact, levelName, levels, stepTime } from '../data/format.ts';
import { Chart, type ChartProps } from './chart.tsx';

interface TimelineProps extends Pick<ChartProps, 'height' | 'empty' | 'markMs'> {
  readonly title: string;
  readonly timeline: Timeline;
}

const formats = new Map<number, (ms: number) => string>();
/** The same function for the same step, so that a chart is not drawn anew for it. */
function formatOf(stepMs: number) {
  const known = formats.get(stepMs) ?? ((ms: number) => stepTime(ms, stepMs));
  formats.set(stepMs, known);
  return known;
}

/** Detections by level over time, as stacked bars. */
export function TimelineChart({ title, timeline, ...rest }: TimelineProps) {
  const { fromMs, toMs, stepMs, points } = timeline;
  const times: number[] = [];
  for (let ms = fromMs; ms < toMs; ms += stepMs) times.push(ms);
  const at = new Map(times.map((ms, place) => [ms, place]));
  const series = levels.map((level) => ({
    name: levelName(level),
    color: level,
    values: times.map(() => 0),
  }));
  for (const { atMs, level, count } of points) {
    const place = at.get(atMs);
    const values = series.find(({ color }) => color === level)?.values;
    if (place !== undefined && values) values[place] = (values[place] ?? 0) + count;
  }
  return (
    <Chart
      title={title}
      times={times}
      series={series}
      kind="bars"
      format={compact}
      formatTime={formatOf(stepMs)}
      {...rest}
    />
  );
}
