import type { Bound, CorrelationRule } from '../../rule/correlation.ts';
import type { Expression } from '../../rule/expression.ts';
import type { Hit } from './window.ts';

/** Hits that metrics keep for a group at most. */
const metricCapacity = 10_000;
/** Hits of each rule that temporal correlations keep for a group. */
const temporalCapacity = 64;

/** How many hits a window must keep for the condition to be told. */
export function windowCapacity(rule: CorrelationRule): number {
  if (rule.type === 'temporal' || rule.type === 'temporal_ordered')
    return temporalCapacity * rule.rules.length;
  if (rule.type === 'event_count') return Math.max(...rule.bounds.map(({ value }) => Math.ceil(value))) + 1;
  // Distinct values may repeat in between, so that more hits than the bound are needed.
  return metricCapacity;
}

/** Whether the condition of a correlation holds for the hits of a window, and with which figure. */
export function conditionHolds(
  rule: CorrelationRule,
  hits: readonly Hit[],
): { holds: boolean; figure: number } {
  switch (rule.type) {
    case 'event_count':
      return bounded(rule, hits.length);
    case 'value_count':
      return bounded(rule, new Set(hits.map((hit) => hit.value)).size);
    case 'temporal':
      return temporal(rule, hits);
    case 'temporal_ordered': {
      const any = temporal(rule, hits);
      return { holds: any.holds && inOrder(rule, hits), figure: any.figure };
    }
    default:
      return metric(rule, hits);
  }
}

const comparisons: Readonly<Record<Bound, (figure: number, value: number) => boolean>> = {
  gt: (figure, value) => figure > value,
  gte: (figure, value) => figure >= value,
  lt: (figure, value) => figure < value,
  lte: (figure, value) => figure <= value,
  eq: (figure, value) => figure === value,
  neq: (figure, value) => figure !== value,
};

function bounded(rule: CorrelationRule, figure: number): { holds: boolean; figure: number } {
  return { holds: rule.bounds.every(({ bound, value }) => comparisons[bound](figure, value)), figure };
}

function temporal(rule: CorrelationRule, hits: readonly Hit[]): { holds: boolean; figure: number } {
  const seen = new Set(hits.map((hit) => hit.rule));
  if (rule.expression) {
    return {
      holds: holdsFor(rule.expression, (name) => seen.has(rule.rules.indexOf(name))),
      figure: seen.size,
    };
  }
  if (rule.bounds.length > 0) return bounded(rule, seen.size);
  return { holds: seen.size === rule.rules.length, figure: seen.size };
}

function holdsFor(expression: Expression, has: (rule: string) => boolean): boolean {
  switch (expression.kind) {
    case 'test':
      return has(expression.field);
    case 'not':
      return !holdsFor(expression.of, has);
    case 'and':
      return expression.of.every((each) => holdsFor(each, has));
    case 'or':
      return expression.of.some((each) => holdsFor(each, has));
    case 'atLeast':
      return expression.of.filter((each) => holdsFor(each, has)).length >= expression.count;
  }
}

/** Whether the rules were hit in the order they are listed; hits at the same time count as in order. */
function inOrder(rule: CorrelationRule, hits: readonly Hit[]): boolean {
  let next = 0;
  let fromMs = Number.NEGATIVE_INFINITY;
  while (next < rule.rules.length) {
    const hit = hits.find((each) => each.rule === next && each.timeMs >= fromMs);
    if (!hit) return false;
    fromMs = hit.timeMs;
    next++;
  }
  return true;
}

function metric(rule: CorrelationRule, hits: readonly Hit[]): { holds: boolean; figure: number } {
  const numbers = hits
    .map((hit) => (hit.value === undefined || hit.value.trim() === '' ? Number.NaN : Number(hit.value)))
    .filter((number) => !Number.isNaN(number));
  if (numbers.length === 0) return { holds: false, figure: Number.NaN };
  return bounded(rule, figureOf(rule, numbers));
}

function figureOf(rule: CorrelationRule, numbers: readonly number[]): number {
  const sum = numbers.reduce((total, number) => total + number, 0);
  switch (rule.type) {
    case 'value_sum':
      return sum;
    case 'value_avg':
      return sum / numbers.length;
    case 'value_min':
      return Math.min(...numbers);
    case 'value_max':
      return Math.max(...numbers);
    case 'value_median':
      return percentile(numbers, 50);
    default:
      return percentile(numbers, rule.percentile);
  }
}

/** Linear interpolation between the closest ranks. */
function percentile(numbers: readonly number[], percent: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}
