import type { Bound, CorrelationRule } from '../../rule/correlation.ts';
import type { Expression } from '../../rule/expression.ts';
import { alternativesOf } from './alternatives.ts';
import { DistinctValues, SortedNumbers, type Tally } from './tally.ts';
import type { Hit, Spare, Window } from './window.ts';

/** Hits that metrics keep for a group at most; distinct values have room up to their bound besides. */
const metricCapacity = 10_000;
/** Hits of each rule that temporal correlations keep for a group. */
const temporalCapacity = 64;

/** Which hits a window of the rule does without, so that the condition can be told all the same. */
export function spareOf(rule: CorrelationRule): Spare {
  const enough = Math.max(1, ...rule.bounds.map(({ value }) => Math.ceil(value) + 1));
  switch (rule.type) {
    case 'temporal':
    case 'temporal_ordered':
      return ({ hits }, newer) => spareOfRule(hits, newer.rule);
    case 'event_count':
      return ({ hits }) => (hits.length > enough ? 0 : undefined);
    case 'value_count': {
      const capacity = Math.max(enough, metricCapacity);
      return ({ hits, tally }) =>
        hits.length > capacity ? repeated(hits, tally as DistinctValues) : undefined;
    }
    default:
      return ({ hits }) => (hits.length > metricCapacity ? 0 : undefined);
  }
}

/**
 * The hits of one rule, however many, are not to push out those of the others. Of a row of hits of one rule the last
 * serves for any order, and longest.
 */
function spareOfRule(hits: readonly Hit[], rule: number): number | undefined {
  let [count, first, followed] = [0, -1, -1];
  hits.forEach((hit, place) => {
    if (hit.rule !== rule) return;
    count++;
    if (first < 0) first = place;
    if (followed < 0 && hits[place + 1]?.rule === rule) followed = place;
  });
  if (count <= temporalCapacity) return undefined;
  return followed < 0 ? first : followed;
}

/** The oldest hit whose value another one has too. */
function repeated(hits: readonly Hit[], values: DistinctValues): number {
  if (values.size === hits.length) return 0;
  return Math.max(
    0,
    hits.findIndex(({ value = '' }) => values.count(value) > 1),
  );
}

/** What a window keeps of its values; nothing where the condition is over the hits alone. */
export function tallyOf(rule: CorrelationRule): Tally | undefined {
  if (rule.type === 'value_count' || isShare(rule)) return new DistinctValues();
  return rule.type.startsWith('value_') ? new SortedNumbers() : undefined;
}

/** Whether the condition is over how common the newest hit's value is, not over the values themselves. */
export const isShare = ({ type, percentile }: CorrelationRule): boolean =>
  type === 'value_percentile' && percentile === undefined;

/**
 * Whether the condition of a correlation holds for the hits of a window, and with which figure.
 *
 * @param value of the hit that came last.
 */
export function conditionHolds(
  rule: CorrelationRule,
  window: Window,
  value: string | undefined,
): { holds: boolean; figure: number } {
  const { hits, tally } = window;
  if (isShare(rule)) {
    const common = (tally as DistinctValues).count(value ?? '');
    // A hit so old that the window let go of it at once tells nothing.
    return common === 0 ? { holds: false, figure: 0 } : bounded(rule, (common / hits.length) * 100);
  }
  switch (rule.type) {
    case 'event_count':
      return bounded(rule, hits.length);
    case 'value_count':
      return bounded(rule, (tally as DistinctValues).size);
    case 'temporal':
      return temporal(rule, hits);
    case 'temporal_ordered':
      return ordered(rule, hits);
    default:
      return metric(rule, (tally as SortedNumbers).sorted);
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

/**
 * Temporal, and the rules that make the condition hold were hit in the order they are listed; hits at the same time
 * count as in order. A condition that counts rules counts the longest such row.
 */
function ordered(rule: CorrelationRule, hits: readonly Hit[]): { holds: boolean; figure: number } {
  const all = rule.rules.map((_, place) => place);
  if (rule.bounds.length > 0) return bounded(rule, longestRow(rule, hits));
  const seen = new Set(hits.map((hit) => hit.rule));
  const figure = seen.size;
  if (!rule.expression) return { holds: inOrder(all, hits), figure };
  const holds = alternativesOf(rule.expression).some(
    ({ with: needed, without }) =>
      !without.some((name) => seen.has(rule.rules.indexOf(name))) &&
      inOrder(
        all.filter((place) => needed.includes(rule.rules[place] as string)),
        hits,
      ),
  );
  return { holds, figure };
}

function inOrder(places: readonly number[], hits: readonly Hit[]): boolean {
  let fromMs = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    const hit = hits.find((each) => each.rule === place && each.timeMs >= fromMs);
    if (!hit) return false;
    fromMs = hit.timeMs;
  }
  return true;
}

/** How many different rules were hit in the order they are listed, at most. */
function longestRow(rule: CorrelationRule, hits: readonly Hit[]): number {
  // By place, the longest row that ends there with the hits up to now.
  const rows = rule.rules.map(() => 0);
  const extend = (place: number) => {
    rows[place] = Math.max(rows[place] as number, 1 + Math.max(0, ...rows.slice(0, place)));
  };
  for (let from = 0; from < hits.length; ) {
    let to = from;
    while (hits[to]?.timeMs === hits[from]?.timeMs) to++;
    // Hits at the same time stand in whatever order serves.
    const places = new Set(hits.slice(from, to).map((hit) => hit.rule));
    for (const place of [...places].sort((a, b) => a - b)) extend(place);
    from = to;
  }
  return Math.max(0, ...rows);
}

function metric(rule: CorrelationRule, sorted: readonly number[]): { holds: boolean; figure: number } {
  if (sorted.length === 0) return { holds: false, figure: Number.NaN };
  return bounded(rule, figureOf(rule, sorted));
}

function figureOf(rule: CorrelationRule, sorted: readonly number[]): number {
  switch (rule.type) {
    case 'value_sum':
      return sum(sorted);
    case 'value_avg':
      return sum(sorted) / sorted.length;
    case 'value_min':
      return sorted[0] as number;
    case 'value_max':
      return sorted.at(-1) as number;
    case 'value_median':
      return percentile(sorted, 50);
    default:
      return percentile(sorted, rule.percentile ?? 50);
  }
}

/** Added up anew each time: a running sum would drift as values leave it. */
function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** Linear interpolation between the closest ranks. */
function percentile(sorted: readonly number[], percent: number): number {
  const rank = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}
