import { expect, test } from 'vitest';
import { compileProgram, type Pipeline, parseRuleSet, type RuleSetOptions } from '../../src/rule/index.ts';
import { backends } from '../parity/backends.ts';

/** The text of a rule around a detection section. */
export function ruleText(detection: string, rest = ''): string {
  const indented = detection.trim().replace(/^/gm, '  ');
  return `title: vector\nid: vector\nlogsource: { category: any }\n${rest}\ndetection:\n${indented}\n`;
}

/** The ids of the rules that fire for each event, by the one answer that all back ends give. */
export function fired(text: string, events: readonly object[], options: RuleSetOptions = {}): string[][] {
  const { detections, refused } = parseRuleSet([{ file: 'rule.yml', text }], options);
  expect(refused).toEqual([]);
  const program = Buffer.from(JSON.stringify(compileProgram(detections, [])));
  const ndjson = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
  const answers = backends.map((backend) => {
    const engine = backend.rule.compileRules(program);
    const { hits, events: read } = engine.evaluate(ndjson, ndjson.length, new Uint32Array(0));
    engine.close();
    expect(read).toBe(events.length);
    const found: string[][] = events.map(() => []);
    for (let i = 0; i < hits.length; i += 4)
      found[hits[i] as number]?.push(detections[hits[i + 3] as number]!.id);
    return found;
  });
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  return answers[0] as string[][];
}

/** What a rule is, the events it fires for, and those it must not fire for. */
export interface Vector {
  readonly name: string;
  /** The detection section; a bare `field|modifier: value` line is its only selection. */
  readonly rule: string;
  readonly fires: readonly object[];
  readonly not: readonly object[];
  readonly pipelines?: readonly Pipeline[];
}

export function testVectors(vectors: readonly Vector[]): void {
  for (const { name, rule, fires, not, pipelines = [] } of vectors) {
    test(name, () => {
      const whole = /^condition:/m.test(rule)
        ? rule
        : `selection:\n  ${rule.trim().replace(/\n/g, '\n  ')}\ncondition: selection`;
      const found = fired(ruleText(whole), [...fires, ...not], { pipelines });
      const wrong = [...fires, ...not].filter((_, i) => (found[i]?.length === 1) !== i < fires.length);
      expect(wrong).toEqual([]);
      expect(fires.length * not.length).toBeGreaterThan(0);
    });
  }
}

/** An event with one field, for tables of values. */
export const f = (value: unknown) => ({ f: value });
