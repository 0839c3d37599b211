import { invalidArgument } from '../errors.ts';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels that a metric may have; more make series that nobody can read. */
const maxLabels = 32;

/** The type of a family, as OpenMetrics names it. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'stateset';

/** What each type puts after the family's name; the empty suffix is the name itself. */
const suffixes: Record<MetricType, readonly string[]> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['', '_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
};

/**
 * The name of the family: what the caller gave, less the suffix that its type adds by itself
 * (`_total` of a counter, `_info` of an info), so that both spellings mean the same metric.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a name outside the Prometheus rules, or one
 *   whose ending OpenMetrics keeps for samples.
 */
export function familyName(name: string, type: MetricType, unit?: string): string {
  if (typeof name !== 'string' || !metricName.test(name)) {
    throw invalidArgument('name', `a metric name ([a-zA-Z_:][a-zA-Z0-9_:]*), not ${JSON.stringify(name)}`);
  }
  let base = name;
  if (type === 'counter' && name.endsWith('_total')) base = name.slice(0, -'_total'.length);
  if (type === 'info' && name.endsWith('_info')) base = name.slice(0, -'_info'.length);
  const reserved = /_(total|created|bucket|count|sum|info)$/.exec(base);
  if (base === '' || (reserved && type !== 'gauge')) {
    throw invalidArgument('name', `free of the ending ${reserved?.[0] ?? ''} for a ${type}: ${name}`);
  }
  if (unit !== undefined && !base.endsWith(`_${unit}`)) {
    throw invalidArgument('name', `ending in the unit _${unit}: ${name}`);
  }
  return base;
}

/** Every sample name that a family takes; two families of one registry may share none. */
export function sampleNames(name: string, type: MetricType): string[] {
  return [...new Set([name, ...suffixes[type].map((suffix) => name + suffix)])];
}

/**
 * Checks label names.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for one outside the rules, one that Prometheus
 *   keeps (`__…`, `le` of a histogram, `quantile` of a summary), and one given twice.
 */
export function checkLabelNames(names: readonly string[], type: MetricType): void {
  if (names.length > maxLabels) throw invalidArgument('labels', `at most ${maxLabels} names`);
  const reserved = type === 'histogram' ? 'le' : type === 'summary' ? 'quantile' : undefined;
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || !labelName.test(name) || name.startsWith('__')) {
      throw invalidArgument(`labels[${index}]`, `a label name, not ${JSON.stringify(name)}`);
    }
    if (name === reserved) throw invalidArgument(`labels[${index}]`, `other than ${name} for a ${type}`);
    if (names.indexOf(name) !== index) throw invalidArgument(`labels[${index}]`, `given once: ${name}`);
  }
}
