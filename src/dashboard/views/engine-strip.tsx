import type { EngineAnswer, EngineFigures } from '../../server/api.ts';
import { bytes, compact, millis, percent, rate } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { to } from '../data/router.ts';
import { figures, recentFigures } from '../data/stream.ts';

interface Figure {
  readonly name: string;
  readonly what: string;
  readonly value: string;
  readonly unit?: string;
  /** Out of the ordinary: said in words too. */
  readonly warn?: string | undefined;
}

const dash = '–';

export function figuresOf(now: EngineFigures): Figure[] {
  const { latencyMs, queue, pool, cacheHitRatio } = now;
  const full = queue.batches / queue.maxBatches;
  return [
    {
      name: 'Events',
      value: rate(now.eventsPerSecond),
      unit: '/s',
      what: 'Events taken in, detected and stored in the last second',
    },
    {
      name: 'Detections',
      value: rate(now.detectionsPerSecond),
      unit: '/s',
      what: 'Detections in the last second',
    },
    {
      name: 'Latency p50',
      value: latencyMs ? millis(latencyMs.p50) : dash,
      what: 'From taking events in to their detections being stored, over the last minute',
    },
    {
      name: 'p95',
      value: latencyMs ? millis(latencyMs.p95) : dash,
      what: 'The same, for the slowest twentieth',
    },
    {
      name: 'p99',
      value: latencyMs ? millis(latencyMs.p99) : dash,
      what: 'The same, for the slowest hundredth',
    },
    {
      name: 'Errors',
      value: percent(now.errorRatio),
      what: 'Batches refused or failed in the last minute',
      warn: now.errorRatio > 0.01 ? 'high' : undefined,
    },
    {
      name: 'Queue',
      value: compact(queue.batches),
      unit: `/${compact(queue.maxBatches)}`,
      what: 'Batches taken in and not yet stored',
      warn: full > 0.8 ? 'nearly full' : undefined,
    },
    { name: 'CPU', value: percent(now.cpuRatio), what: 'Processor time of the engine; 100 % is one core' },
    { name: 'Memory', value: bytes(now.rssBytes), what: 'Resident memory of the engine' },
    {
      name: 'Pool',
      value: percent(pool.utilisation),
      what: `Connections of the store at work: ${pool.inUse} of ${pool.size}, ${pool.waiting} wait`,
    },
    {
      name: 'Cache hits',
      value: cacheHitRatio === null ? dash : percent(cacheHitRatio),
      what: 'Reputation look-ups answered from memory in the last minute; – where none were made',
    },
  ];
}

/** The engine in one line. */
export function EngineStrip() {
  const now = figures.value;
  const shown = now ? figuresOf(now) : [];
  return (
    <section class="strip" aria-label="Engine">
      <Spark />
      <dl>
        {shown.map(({ name, value, unit, what, warn }) => (
          <div key={name} title={what} class={warn ? 'warn' : undefined}>
            <dt>{name}</dt>
            <dd>
              {value}
              {unit ? <small>{unit}</small> : null}
              {warn ? <em> {warn}</em> : null}
            </dd>
          </div>
        ))}
        {now ? null : (
          <div>
            <dt>Engine</dt>
            <dd>waiting for figures</dd>
          </div>
        )}
      </dl>
      <a href={to(['engine'])}>Engine</a>
    </section>
  );
}

const points = 60;

/** Events a second over the last minute. */
function Spark() {
  // What came before the page opened is asked for once, the rest comes by itself.
  const { data } = useResource<EngineAnswer>(`/v1/engine?seconds=${points}`);
  const before = (data?.history.rows ?? []).map(([atMs, events]) => ({
    atMs: atMs ?? 0,
    events: events ?? 0,
  }));
  const last = before.at(-1)?.atMs ?? 0;
  const since = recentFigures.value
    .filter(({ atMs }) => atMs > last)
    .map(({ atMs, eventsPerSecond }) => ({ atMs, events: eventsPerSecond }));
  const values = [...before, ...since].slice(-points).map(({ events }) => events);
  const most = Math.max(1, ...values);
  const line = values
    .map(
      (value, at) =>
        `${(((points - values.length + at) / (points - 1)) * 100).toFixed(1)},${(22 - (value / most) * 20).toFixed(1)}`,
    )
    .join(' ');
  return (
    <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={line} />
    </svg>
  );
}
