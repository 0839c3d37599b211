import type { CorrelationRule } from '../../rule/correlation.ts';
import type { EventReference } from '../detection.ts';

/** A hit of a rule that correlations are over. */
export interface RuleHit {
  readonly ruleId: string;
  readonly timeMs: number;
  readonly event: EventReference;
  /** The event's value of a field. */
  field(name: string): string | undefined;
}

/** A hit as one correlation takes it: plain data, so that it can be counted elsewhere than it was found. */
export interface CorrelationHit {
  readonly correlationId: string;
  /** Which of the correlation's rules it is of. */
  readonly place: number;
  /** Values of the group-by fields, by the correlation's own names for them. */
  readonly group: Readonly<Record<string, string>>;
  /** The counted or measured value, where the correlation has a field. */
  readonly value?: string;
  readonly timeMs: number;
  readonly event: EventReference;
  /** What correlations over this one will ask for besides its group. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** What tells groups of one correlation apart. */
export const groupKey = ({ group }: CorrelationHit): string => JSON.stringify(Object.values(group));

interface Way {
  readonly rule: CorrelationRule;
  readonly place: number;
  /** What the rule's events call fields of the correlation, where it is not the same. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Fields that correlations over this one ask for, by any way. */
  readonly carried: readonly string[];
}

/** Tells which correlations a hit counts in, and in which group of each. Keeps nothing. */
export class HitRouter {
  readonly #ways = new Map<string, Way[]>();

  /** @param idOf the id of a rule by its id or name. */
  constructor(rules: readonly CorrelationRule[], idOf: (reference: string) => string) {
    // From the last to the first: a correlation comes after those it is over, so that it is known what it asks for.
    const asked = new Map<string, Set<string>>();
    for (const rule of rules.toReversed()) {
      const carried = [...(asked.get(rule.id) ?? [])];
      rule.rules.forEach((reference, place) => {
        const id = idOf(reference);
        const known = this.#ways.get(id);
        const aliases = aliasesFor(rule, (name) => name === reference || idOf(name) === id);
        const way = { rule, place, aliases, carried };
        if (known) known.unshift(way);
        else this.#ways.set(id, [way]);
        const names = [...rule.groupBy, ...rule.fields].map((name) => aliases.get(name) ?? name);
        asked.set(id, new Set([...(asked.get(id) ?? []), ...names, ...carried]));
      });
    }
  }

  /** Whether a correlation is over the rule. */
  wants(ruleId: string): boolean {
    return this.#ways.has(ruleId);
  }

  route(hit: RuleHit): CorrelationHit[] {
    const routed: CorrelationHit[] = [];
    for (const way of this.#ways.get(hit.ruleId) ?? []) {
      const { rule, place, carried } = way;
      const group = grouped(way, hit);
      if (!group) continue;
      const value = measured(way, hit);
      if (rule.fields.length > 0 && value === undefined) continue;
      const { timeMs, event } = hit;
      const fields = picked(carried, hit);
      routed.push({
        correlationId: rule.id,
        place,
        group,
        ...(value === undefined ? {} : { value }),
        timeMs,
        event,
        ...(fields ? { fields } : {}),
      });
    }
    return routed;
  }
}

function grouped({ rule, aliases }: Way, hit: RuleHit): Record<string, string> | undefined {
  const group: Record<string, string> = {};
  for (const name of rule.groupBy) {
    const value = hit.field(aliases.get(name) ?? name);
    // Events without the field are no group: they have nothing in common.
    if (value === undefined) return undefined;
    group[name] = value;
  }
  return group;
}

/** Alias → field, of the rule that `isIt` knows by its name or id. */
function aliasesFor({ aliases }: CorrelationRule, isIt: (name: string) => boolean): Map<string, string> {
  const found = new Map<string, string>();
  for (const [alias, fields] of Object.entries(aliases)) {
    const own = Object.entries(fields).find(([name]) => isIt(name));
    if (own) found.set(alias, own[1]);
  }
  return found;
}

function measured({ rule, aliases }: Way, hit: RuleHit): string | undefined {
  if (rule.fields.length === 0) return undefined;
  const values = rule.fields.map((field) => hit.field(aliases.get(field) ?? field));
  if (values.some((value) => value === undefined)) return undefined;
  return values.length === 1 ? values[0] : JSON.stringify(values);
}

function picked(names: readonly string[], hit: RuleHit): Record<string, string> | undefined {
  if (names.length === 0) return undefined;
  const pairs = names.map((name) => [name, hit.field(name)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
