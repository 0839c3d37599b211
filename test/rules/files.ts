import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { load } from 'js-yaml';
import { globSync } from 'tinyglobby';

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

const read = <T>(path: string) => load(readFileSync(resolve(rulesRoot, path), 'utf8')) as T;

export const ruleFiles: readonly RuleFile[] = globSync('**/*.yml', { cwd: rulesRoot })
  .filter((path) => !path.endsWith('.test.yml'))
  .sort()
  .map((path) => ({ path, area: path.split('/')[0] as string, rule: read<RuleFile['rule']>(path) }));

export const testPath = (path: string) => path.replace(/\.yml$/, '.test.yml');
export const readTest = (path: string): RuleTest => read<RuleTest>(testPath(path));
