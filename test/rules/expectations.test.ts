import { describe, expect, test } from 'vitest';
import { readTest, ruleFiles } from './files.ts';
import { hits, type Rule } from './naive/correlation.ts';
import { readLine } from './naive/line.ts';
import type { Event } from './naive/value.ts';

const byName = new Map<string, Rule>();
for (const { rule } of ruleFiles) {
  const parsed = rule as unknown as Rule;
  byName.set(parsed.id, parsed);
  if (parsed.name !== undefined) byName.set(parsed.name, parsed);
}

/** An entry is one event, or the list of events that a correlation is shown. */
function eventsOf(entry: unknown): Event[] {
  return (Array.isArray(entry) ? entry : [entry]).map((event: Event) =>
    typeof event.$line === 'string' ? readLine(String(event.$format), event.$line) : event,
  );
}

describe.each(ruleFiles)('$path', ({ path, rule }) => {
  const { fires, silent } = readTest(path);
  const parsed = rule as unknown as Rule;

  test.each(fires.map((entry, index) => ({ index, entry })))('fires on event $index', ({ entry }) => {
    expect(hits(parsed, eventsOf(entry), byName).length, JSON.stringify(entry)).toBeGreaterThan(0);
  });
  test.each(silent.map((entry, index) => ({ index, entry })))('is silent on event $index', ({ entry }) => {
    expect(hits(parsed, eventsOf(entry), byName), JSON.stringify(entry)).toEqual([]);
  });
});
