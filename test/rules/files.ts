import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { parse } from 'yaml';

export const rulesRoot = resolve(import.meta.dirname, '../../rules');

export interface RuleFile {
  /** Path below `rules/`, e.g. `web/path_traversal.yml`. */
  readonly path: string;
  readonly area: string;
  readonly rule: Readonly<Record<string, unknown>>;
}
export interface RuleTest {
  readonly rule: string;
  readonly fires: readonly unknown[];
  readonly silent: readonly unknown[];
}

const read = (path: string) => parse(readFileSync(resolve(rulesRoot, path), 'utf8'));

export const ruleFiles: readonly RuleFile[] = globSync('**/*.yml', { cwd: rulesRoot })
  .filter((path) => !path.endsWith('.test.yml'))
  .sort()
  .map((path) => ({ path, area: path.split('/')[0] as string, rule: read(path) }));

export const testPath = (path: string) => path.replace(/\.yml$/, '.test.yml');
export const readTest = (path: string): RuleTest => read(testPath(path));
