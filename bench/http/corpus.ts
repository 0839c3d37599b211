import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadAll } from 'js-yaml';
import type { HttpRequest } from '../../src/http/pack.ts';

/** A labelled request of the development set. */
export interface Sample {
  readonly label: 'attack' | 'legit' | 'crsneg';
  readonly category: string;
  /** One sample in four, by a hash of its id: not looked at while signatures are written. */
  readonly heldOut: boolean;
  readonly request: HttpRequest;
}

/** A stage of the public rule set's regression tests. */
export interface RuleSetTest {
  readonly group: string;
  readonly expected: boolean;
  readonly request: HttpRequest;
}

const root = resolve(process.env.WOLFSEC_SHARED_DATA ?? resolve(import.meta.dirname, '../../../shared/data'));

export function samples(): Sample[] | undefined {
  const file = resolve(root, 'http/dev.ndjson.gz');
  if (!existsSync(file)) return undefined;
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const { id, label, category, method, url, headers, body } = JSON.parse(line);
    return {
      label,
      category,
      heldOut: (createHash('sha256').update(id).digest()[0] as number) % 4 === 0,
      request: { method, url, rawHeaders: Object.entries(headers as object).flat(), body: Buffer.from(body) },
    };
  });
}

interface Stage {
  input?: {
    method?: string;
    uri?: string;
    headers?: Record<string, unknown>;
    data?: string;
    encoded_request?: string;
  };
  output?: { log?: { expect_ids?: number[]; no_expect_ids?: number[] } };
}

export function ruleSetTests(): RuleSetTest[] | undefined {
  const folder = resolve(root, 'crs-tests');
  if (!existsSync(folder)) return undefined;
  const tests: RuleSetTest[] = [];
  for (const group of readdirSync(folder).filter((name) => name.startsWith('REQUEST-'))) {
    for (const file of readdirSync(resolve(folder, group)).filter((name) => name.endsWith('.yaml'))) {
      const [document] = loadAll(readFileSync(resolve(folder, group, file), 'utf8')) as ({
        tests?: { stages?: Stage[] }[];
      } | null)[];
      for (const stage of (document?.tests ?? []).flatMap((test) => test.stages ?? [])) {
        const { input, output } = stage;
        if (input === undefined || input.encoded_request !== undefined) continue;
        const rawHeaders = Object.entries(input.headers ?? {}).flatMap(([name, value]) => [
          name,
          String(value),
        ]);
        tests.push({
          group,
          expected: (output?.log?.expect_ids?.length ?? 0) > 0,
          request: {
            method: input.method ?? 'GET',
            url: latin1(input.uri ?? '/'),
            rawHeaders: rawHeaders.map(latin1),
            body: Buffer.from(input.data ?? ''),
          },
        });
      }
    }
  }
  return tests;
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
