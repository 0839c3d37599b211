import { type DetectionRule, ruleHolds } from './rule.ts';
import { type Event, fieldValues } from './value.ts';

export interface Correlation {
  readonly type: 'event_count' | 'value_count' | 'temporal' | 'temporal_ordered';
  readonly rules: readonly string[];
  readonly 'group-by'?: readonly string[];
  readonly timespan: string;
  readonly condition?: { readonly gte?: number; readonly gt?: number; readonly field?: string };
  readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
export interface CorrelationRule {
  readonly id: string;
  readonly name?: string;
  readonly correlation: Correlation;
}
export type Rule = DetectionRule | CorrelationRule;

/** An event that one of the referenced rules held for. */
interface Hit {
  readonly rule: string;
  readonly timeMs: number;
  readonly event: Event;
}

const unitMs: Record<string, number> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };
const spanMs = (timespan: string) => Number(timespan.slice(0, -1)) * (unitMs[timespan.slice(-1)] as number);

export function routed(rule: DetectionRule, source: Readonly<Record<string, string>>): boolean {
  return Object.entries(rule.logsource).every(([key, value]) => source[key] === value);
}

function windowHolds({ type, rules, condition = {} }: Correlation, window: readonly Hit[]): boolean {
  if (type === 'temporal') return rules.every((rule) => window.some((hit) => hit.rule === rule));
  if (type === 'temporal_ordered') {
    let next = 0;
    for (const hit of window) if (hit.rule === rules[next]) next++;
    return next >= rules.length;
  }
  const field = condition.field;
  const count =
    type === 'event_count' || field === undefined
      ? window.length
      : new Set(window.flatMap((hit) => fieldValues(hit.event, field).map(String))).size;
  return condition.gte !== undefined ? count >= condition.gte : count > (condition.gt ?? Infinity);
}

/** The hits of a rule of either kind; a correlation hits with the event that completed it. */
export function hits(rule: Rule, events: readonly Event[], byName: ReadonlyMap<string, Rule>): Hit[] {
  const name = rule.name ?? rule.id;
  if (!('correlation' in rule)) {
    return events
      .filter((event) => routed(rule, event.$logsource as Record<string, string>) && ruleHolds(rule, event))
      .map((event) => ({ rule: name, timeMs: Date.parse(String(event['@timestamp'])), event }));
  }
  const { correlation } = rule;
  const found = correlation.rules.flatMap((reference) => {
    const referenced = byName.get(reference);
    if (referenced === undefined)
      throw new Error(`${rule.id} refers to ${reference}, which no rule is named`);
    return hits(referenced, events, byName);
  });
  const groups = new Map<string, Hit[]>();
  for (const hit of found.sort((a, b) => a.timeMs - b.timeMs)) {
    const names = (correlation['group-by'] ?? []).map(
      (field) => correlation.aliases?.[field]?.[hit.rule] ?? field,
    );
    const values = names.map((field) => fieldValues(hit.event, field)[0]);
    if (values.includes(undefined)) continue;
    const key = JSON.stringify(values);
    groups.set(key, [...(groups.get(key) ?? []), hit]);
  }
  const completed: Hit[] = [];
  for (const group of groups.values()) {
    for (const [index, last] of group.entries()) {
      const window = group
        .slice(0, index + 1)
        .filter((hit) => hit.timeMs > last.timeMs - spanMs(correlation.timespan));
      if (windowHolds(correlation, window))
        completed.push({ rule: name, timeMs: last.timeMs, event: last.event });
    }
  }
  return completed;
}
