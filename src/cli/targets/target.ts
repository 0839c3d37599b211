/** The performance that Wolfsec promises: a bound, and which side of it is met. */
export interface Target {
  readonly group: 'Throughput' | 'Latency' | 'Resource usage';
  readonly name: string;
  /** Met above (`more`) or below (`less`) the limit. */
  readonly better: 'more' | 'less';
  readonly limit: number;
  readonly unit: string;
  /** What is measured. */
  readonly measured: string;
}

const more = (name: string, limit: number, unit: string, measured: string): Target => ({
  group: 'Throughput',
  name,
  better: 'more',
  limit,
  unit,
  measured,
});
const less = (
  group: 'Latency' | 'Resource usage',
  name: string,
  limit: number,
  unit: string,
  measured: string,
): Target => ({ group, name, better: 'less', limit, unit, measured });

export const targets = {
  detectionRate: more(
    'Threat detection',
    10_000,
    'events/s',
    'NDJSON batches against the starter rules, one thread',
  ),
  metricsRate: more('Metrics collection', 50_000, 'metrics/s', 'counter, gauge and latency records by name'),
  authRate: more('Authentication', 1_000, 'requests/s', 'session and API-key checks'),
  encryptionRate: more('Encryption', 100, 'MB/s', 'seal, then open, 64 kB messages; the slower of the two'),
  detectionP99: less('Latency', 'Threat detection p99', 10, 'ms', 'one event at a time'),
  authP99: less('Latency', 'Authentication p99', 50, 'ms', 'one session check at a time'),
  metricsP99: less('Latency', 'Metrics collection p99', 1, 'ms', 'one record at a time'),
  alertP99: less('Latency', 'Alert generation p99', 5, 'ms', 'from a detection to the alert in hand'),
  memory: less('Resource usage', 'Memory', 500, 'MB', 'resident set after all of the above, rules loaded'),
  idleCpu: less('Resource usage', 'Idle CPU', 20, '%', 'of one core, while nothing is asked'),
  idleNetwork: less(
    'Resource usage',
    'Idle network',
    10,
    'MB/s',
    'all interfaces but loopback, while nothing is asked',
  ),
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof targets;

/** Measured figures by target; one that cannot be measured here is absent. */
export type Figures = Partial<Record<TargetName, number>>;

export function met(name: TargetName, value: number): boolean {
  const { better, limit } = targets[name];
  return better === 'more' ? value > limit : value < limit;
}
