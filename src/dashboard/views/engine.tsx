import type { EngineAnswer } from '../../server/api.ts';
import { bytes, clockTime, compact, count, millis, percent, rate, spanOf } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { figures, recentFigures } from '../data/stream.ts';
import { Failed, Loading, Panel } from '../parts/basics.tsx';
import { Chart } from '../parts/chart.tsx';
import { figuresOf } from './engine-strip.tsx';

interface Plotted {
  readonly title: string;
  readonly columns: readonly (readonly [name: string, label: string, color: string])[];
  readonly format: (value: number) => string;
  readonly max?: number;
  readonly binary?: boolean;
}

const charts: readonly Plotted[] = [
  { title: 'Events a second', columns: [['eventsPerSecond', 'events', 'accent']], format: rate },
  {
    title: 'Detections a second',
    columns: [['detectionsPerSecond', 'detections', 'critical']],
    format: rate,
  },
  {
    title: 'Latency',
    columns: [
      ['p50', 'p50', 'low'],
      ['p95', 'p95', 'medium'],
      ['p99', 'p99', 'critical'],
    ],
    format: millis,
  },
  {
    title: 'Errors',
    columns: [['errorRatio', 'batches refused or failed', 'critical']],
    format: percent,
    max: 0.01,
  },
  { title: 'Queue', columns: [['queuedBatches', 'batches', 'accent']], format: compact, max: 4 },
  { title: 'CPU', columns: [['cpuRatio', 'of one core', 'accent']], format: percent, max: 0.1 },
  { title: 'Memory', columns: [['rssBytes', 'resident', 'accent']], format: bytes, binary: true },
  { title: 'Store pool', columns: [['poolUtilisation', 'at work', 'accent']], format: percent, max: 1 },
  {
    title: 'Cache hits',
    columns: [['cacheHitRatio', 'of reputation look-ups', 'accent']],
    format: percent,
    max: 1,
  },
];

/** How the engine does, now and over the last quarter of an hour. */
export function EngineView() {
  const { data, error, reload } = useResource<EngineAnswer>('/v1/engine?seconds=900');
  if (error && !data) return <Failed error={error} retry={reload} />;
  if (!data) return <Loading rows={8} />;
  const now = figures.value ?? data.figures;
  const rows = rowsOf(data);
  const at = new Map(data.history.columns.map((name, place) => [name, place]));
  const times = rows.map(([ms]) => ms as number);
  return (
    <div class="engine">
      <Panel
        title="Now"
        note={`wolfsec ${data.version}, ${data.backend} back end, ${data.store}, ${count(data.rules)} rules, up ${spanOf(now.uptimeMs)}`}
      >
        <dl class="figures">
          {figuresOf(now).map(({ name, value, unit, what }) => (
            <div key={name} title={what}>
              <dt>{name}</dt>
              <dd>
                {value}
                {unit ? <small>{unit}</small> : null}
              </dd>
            </div>
          ))}
          <Total name="Events since start" value={now.totals.events} />
          <Total name="Detections since start" value={now.totals.detections} />
          <Total name="Lines that are no events" value={now.totals.faults} />
          <Total name="Undelivered messages" value={now.alerts.undelivered} />
          <Total name="Dead letters" value={now.alerts.deadLetters} />
          <Total name="Pages that watch" value={now.watchers} />
        </dl>
      </Panel>
      <div class="engine-charts">
        {charts.map(({ title, columns, format, max, binary = false }) => (
          <Panel key={title} title={title}>
            <Chart
              title={title}
              kind="lines"
              height={140}
              times={times}
              format={format}
              formatTime={clockTime}
              binary={binary}
              {...(max === undefined ? {} : { max })}
              series={columns.map(([name, label, color]) => ({
                name: label,
                color,
                values: rows.map((row) => row[at.get(name) as number] ?? null),
              }))}
            />
          </Panel>
        ))}
      </div>
    </div>
  );
}

const Total = ({ name, value }: { name: string; value: number }) => (
  <div>
    <dt>{name}</dt>
    <dd>{compact(value)}</dd>
  </div>
);

/** The history as it was when the page opened, and what came since. */
function rowsOf({ history }: EngineAnswer): (readonly (number | null)[])[] {
  const last = history.rows.at(-1)?.[0] ?? 0;
  const since = recentFigures.value.filter(({ atMs }) => atMs > last);
  return [
    ...history.rows,
    ...since.map((one) => [
      one.atMs,
      one.eventsPerSecond,
      one.detectionsPerSecond,
      one.latencyMs?.p50 ?? null,
      one.latencyMs?.p95 ?? null,
      one.latencyMs?.p99 ?? null,
      one.errorRatio,
      one.queue.batches,
      one.cpuRatio,
      one.rssBytes,
      one.pool.utilisation,
      one.cacheHitRatio,
    ]),
  ].slice(-900);
}
