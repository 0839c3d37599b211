import { type Event, fieldValues, valueTest } from './value.ts';

export interface DetectionRule {
  readonly id: string;
  readonly name?: string;
  readonly logsource: Readonly<Record<string, string>>;
  readonly detection: Readonly<Record<string, unknown>>;
}

/** One `field|modifiers: values` line. */
function lineHolds(key: string, expected: unknown, event: Event): boolean {
  const [field = '', ...modifiers] = key.split('|');
  const values = fieldValues(event, field);
  if (modifiers.includes('exists')) return values.length > 0 === expected;
  const wanted = Array.isArray(expected) ? expected : [expected];
  const holds = (one: unknown) => {
    const test = valueTest(modifiers, one);
    return (values.length === 0 && one === null ? [undefined] : values).some((value) => test(value, event));
  };
  return modifiers.includes('all') ? wanted.every(holds) : wanted.some(holds);
}

function searchHolds(search: unknown, event: Event): boolean {
  if (Array.isArray(search)) return search.some((one) => searchHolds(one, event));
  if (typeof search !== 'object' || search === null) {
    throw new Error(`keyword searches are not read here: ${search}`);
  }
  return Object.entries(search).every(([key, expected]) => lineHolds(key, expected, event));
}

/** Recursive descent over `or`, `and`, `not`, parentheses and `1 of` / `all of`. */
export function ruleHolds(rule: DetectionRule, event: Event): boolean {
  const { condition, ...searches } = rule.detection;
  const tokens = String(condition).match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const next = (word: string) => tokens[at] === word && ++at > 0;
  const quantified = (all: boolean): boolean => {
    if (!next('of')) throw new Error(`"of" expected in ${condition}`);
    const pattern = tokens[at++] as string;
    const wanted = pattern === 'them' ? '*' : pattern;
    const names = Object.keys(searches).filter((name) =>
      wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted,
    );
    if (names.length === 0) throw new Error(`${pattern} names no search in ${condition}`);
    const results = names.map((name) => searchHolds(searches[name], event));
    return all ? results.every(Boolean) : results.some(Boolean);
  };
  const factor = (): boolean => {
    if (next('not')) return !factor();
    if (next('(')) {
      const inner = either();
      if (!next(')')) throw new Error(`parenthesis open in ${condition}`);
      return inner;
    }
    const name = tokens[at++] as string;
    if (name === '1' || name === 'any') return quantified(false);
    if (name === 'all') return quantified(true);
    if (!(name in searches)) throw new Error(`${name} is no search of the rule`);
    return searchHolds(searches[name], event);
  };
  const both = (): boolean => {
    let result = factor();
    while (next('and')) result = factor() && result;
    return result;
  };
  const either = (): boolean => {
    let result = both();
    while (next('or')) result = both() || result;
    return result;
  };
  const result = either();
  if (at !== tokens.length) throw new Error(`${tokens[at]} is out of place in ${condition}`);
  return result;
}
