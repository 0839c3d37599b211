import { readFile, stat } from 'node:fs/promises';
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
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}

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
