import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTest, ruleFiles, rulesRoot, testPath } from './files.ts';

/** ATT&CK v19, Enterprise. */
const tactics = new Set(
  (
    'reconnaissance resource-development initial-access execution persistence privilege-escalation stealth ' +
    'defense-impairment credential-access discovery lateral-movement collection command-and-control exfiltration impact'
  ).split(' '),
);
const smallest: Readonly<Record<string, number>> = {
  web: 20,
  login: 12,
  privilege: 12,
  linux: 10,
  windows: 15,
  cloud: 15,
  secrets: 6,
  dns: 5,
  auth: 8,
};

function tagIsValid(tag: string): boolean {
  const [space, name = ''] = tag.split(/\.(.*)/) as [string, string];
  if (space === 'cve') return /^\d{4}-\d{4,}$/.test(name);
  return space === 'attack' && (/^t\d{4}(?:\.\d{3})?$/.test(name) || tactics.has(name));
}

describe.each(ruleFiles)('$path', ({ path, rule }) => {
  test('says what it is', () => {
    expect(path).toMatch(/^[a-z]+\/[a-z0-9_]+\.yml$/);
    expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(String(rule.title).length).toBeLessThanOrEqual(110);
    expect(String(rule.title)).not.toBe('');
    expect(String(rule.description).length).toBeGreaterThan(30);
    expect(rule.author).toBe('Wolfsec');
    expect(rule.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(['stable', 'test', 'experimental']).toContain(rule.status);
    expect(['informational', 'low', 'medium', 'high', 'critical']).toContain(rule.level);
    expect((rule.falsepositives as string[]).length).toBeGreaterThan(0);
  });

  test('is tagged with names that exist', () => {
    const tags = rule.tags as string[];
    expect(tags.filter((tag) => !tagIsValid(tag))).toEqual([]);
    expect(tags.some((tag) => tactics.has(tag.slice('attack.'.length)))).toBe(true);
    expect(tags.some((tag) => /^attack\.t\d/.test(tag))).toBe(true);
  });

  test('has a detection or a correlation', () => {
    if (rule.correlation === undefined) {
      expect(Object.keys(rule.logsource as object).length).toBeGreaterThan(0);
      const { condition, ...searches } = rule.detection as Record<string, unknown>;
      expect(condition).toBeTypeOf('string');
      for (const name of Object.keys(searches)) {
        const used = String(condition).match(/[\w*]+/g) as string[];
        const named = used.some((word) =>
          word.endsWith('*') ? name.startsWith(word.slice(0, -1)) : word === name || word === 'them',
        );
        expect(named, `search ${name} is used by the condition`).toBe(true);
      }
      return;
    }
    expect(rule.logsource).toBeUndefined();
    const { type, rules, timespan } = rule.correlation as Record<string, unknown>;
    expect(['event_count', 'value_count', 'temporal', 'temporal_ordered']).toContain(type);
    expect(timespan).toMatch(/^\d+[smhd]$/);
    const names = new Set(ruleFiles.flatMap((other) => [other.rule.name, other.rule.id]));
    expect((rules as string[]).filter((reference) => !names.has(reference))).toEqual([]);
  });

  test('has a test that fires and one that is silent', () => {
    expect(existsSync(resolve(rulesRoot, testPath(path)))).toBe(true);
    const expectations = readTest(path);
    expect(expectations.rule).toBe(rule.id);
    expect(expectations.fires.length).toBeGreaterThan(0);
    expect(expectations.silent.length).toBeGreaterThan(0);
  });
});

describe('the rules together', () => {
  test.each(['id', 'title', 'name'])('no two share a %s', (key) => {
    const values = ruleFiles.map(({ rule }) => rule[key]).filter((value) => value !== undefined);
    expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
  });

  test.each(Object.entries(smallest))('%s has at least %i', (area, count) => {
    expect(ruleFiles.filter((file) => file.area === area).length).toBeGreaterThanOrEqual(count);
  });

  test('there are at least 160, all in a known area', () => {
    expect(ruleFiles.length).toBeGreaterThanOrEqual(160);
    expect(ruleFiles.filter(({ area }) => !(area in smallest))).toEqual([]);
  });
});
