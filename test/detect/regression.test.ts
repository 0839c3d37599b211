import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { load } from 'js-yaml';
import { globSync } from 'tinyglobby';
import { afterAll, describe, expect, test } from 'vitest';
import { nativeAvailable } from '../../src/backend/select.ts';
import { ThreatDetector } from '../../src/detect/index.ts';
import { sharedData, withoutSharedData } from '../shared-data.ts';
import { jsonDocuments } from './json-documents.ts';

const corpus = sharedData('sigma');
const everyStatus = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;

describe.runIf(corpus)('the public Sigma corpus', async () => {
  const rules = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map(
    (name) => `${corpus}/${name}`,
  );
  // The body runs even where the suite is skipped.
  if (!corpus) return;
  const names = nativeAvailable() ? (['native', 'portable'] as const) : (['portable'] as const);
  const cases = globSync('**/info.yml', { cwd: `${corpus}/regression`, absolute: true }).sort();

  for (const backend of names) {
    const detector = await ThreatDetector.create({ rules, backend, statuses: everyStatus });
    afterAll(() => detector[Symbol.dispose]());

    test(`loads at least 99 % of its rules (${backend})`, () => {
      const loaded = detector.rules.length;
      console.log(`${loaded} rules load, ${detector.refused.length} are refused:`);
      for (const { file, line, message } of detector.refused)
        console.log(`  ${file.slice(corpus!.length)}:${line}: ${message}`);
      expect(loaded / (loaded + detector.refused.length)).toBeGreaterThanOrEqual(0.99);
      expect(loaded).toBeGreaterThan(3000);
    });

    test(`fires on each event it says it does (${backend})`, () => {
      expect(cases.length).toBeGreaterThan(90);
      const missed: string[] = [];
      for (const file of cases) {
        const info = load(readFileSync(file, 'utf8')) as { rule_metadata: { id: string; title: string }[] };
        const events = globSync('*.json', { cwd: dirname(file), absolute: true }).flatMap((path) =>
          jsonDocuments(readFileSync(path, 'utf8')),
        );
        const found = new Set(events.flatMap((event) => detector.detect(event).map(({ ruleId }) => ruleId)));
        for (const { id, title } of info.rule_metadata) if (!found.has(id)) missed.push(`${title} (${file})`);
      }
      expect(missed).toEqual([]);
    });
  }
});

test.skipIf(corpus)(`the public Sigma corpus: ${withoutSharedData}`, () => {});
