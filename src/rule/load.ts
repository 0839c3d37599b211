import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { globSync } from 'tinyglobby';
import { WolfsecError } from '../errors.ts';
import type { RuleSource } from './document.ts';

/**
 * Reads rule files. A path may be a file, a folder (all `.yml` and `.yaml` below it) or a glob; files of
 * expectations (`*.test.yml`) are left out.
 *
 * @throws {WolfsecError} `WOLFSEC_RULE_NOT_FOUND` for a path that names nothing.
 */
export async function readRuleSources(paths: readonly string[]): Promise<RuleSource[]> {
  const files = await ruleFiles(paths);
  const sources: RuleSource[] = [];
  for (const file of files) {
    // Thousands of small files: reading each at once takes a fifth of what as many promises take.
    sources.push({ file, text: readFileSync(file, 'utf8') });
    if (sources.length % filesPerTurn === 0) await new Promise(setImmediate);
  }
  return sources;
}

/** Files read before other work gets its turn. */
const filesPerTurn = 100;

/** The rule files that paths name, sorted. */
export async function ruleFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const known = await stat(path).catch(() => undefined);
    if (known?.isFile()) {
      found.add(path);
      continue;
    }
    const files = known?.isDirectory()
      ? globSync(['**/*.yml', '**/*.yaml'], { cwd: path }).map(
          (file) => `${path.replace(/\/+$/, '')}/${file}`,
        )
      : globSync([path]);
    if (files.length === 0) {
      const what = known ? 'holds no .yml or .yaml files' : 'names no file, folder or glob that exists';
      throw new WolfsecError('WOLFSEC_RULE_NOT_FOUND', `the rule path "${path}" ${what}`);
    }
    for (const file of files) if (!/\.test\.ya?ml$/.test(file)) found.add(file);
  }
  return [...found].sort();
}
