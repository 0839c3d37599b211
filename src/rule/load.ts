import { readdirSync, readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { normalize, sep } from 'node:path';
import { WolfsecError } from '../errors.ts';
import { filesOfGlob } from '../glob.ts';
import type { RuleSource } from './document.ts';

/**
 * Reads rule files. A path may be a file, a folder (all `.yml` and `.yaml` below it) or a glob; files of
 * expectations (`*.test.yml`) are left out.
 *
 * @throws {WolfsecError} `WOLFSEC_RULE_NOT_FOUND` for a path that names nothing.
 */
export async function readRuleSources(paths: readonly string[]): Promise<RuleSource[]> {
  const files = await readRuleFiles(paths);
  return files.map(({ file, bytes }) => ({ file, text: bytes.toString('utf8') }));
}

/** A file of rules as it lies on the disk. */
export interface RuleFile {
  readonly file: string;
  readonly bytes: Buffer;
}

/** As {@link readRuleSources}, for callers that may not need the text. */
export async function readRuleFiles(paths: readonly string[]): Promise<RuleFile[]> {
  const names = await ruleFiles(paths);
  const files: RuleFile[] = [];
  for (const file of names) {
    // Thousands of small files: reading each at once takes a fifth of what as many promises take.
    files.push({ file, bytes: readFileSync(file) });
    if (files.length % filesPerTurn === 0) await new Promise(setImmediate);
  }
  return files;
}

/** Files read before other work gets its turn. */
const filesPerTurn = 100;

/** The rule files that paths name, sorted. */
async function ruleFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const known = await stat(path).catch(() => undefined);
    if (known?.isFile()) {
      found.add(spelt(path));
      continue;
    }
    const files = known?.isDirectory() ? filesBelow(path.replace(/(?<=.)\/+$/, '')) : filesOfGlob(path);
    if (files.length === 0) {
      const what = known ? 'holds no .yml or .yaml files' : 'names no file, folder or glob that exists';
      throw new WolfsecError('WOLFSEC_RULE_NOT_FOUND', `the rule path "${path}" ${what}`);
    }
    for (const file of files) if (!/\.test\.ya?ml$/.test(file)) found.add(spelt(file));
  }
  return [...found].sort();
}

/** A file has one name: Windows parts folders by either slash. */
const spelt = (path: string) => (sep === '\\' ? normalize(path) : path);

/** How deep folders may nest, so that links that lead in circles come to an end. */
const maxFolderDepth = 40;

/** The `.yml` and `.yaml` files below a folder, hidden ones left out; a glob takes three times as long. */
function filesBelow(folder: string, depth = 0): string[] {
  if (depth > maxFolderDepth) return [];
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    if (name.startsWith('.')) continue;
    const path = `${folder === '/' ? '' : folder}/${name}`;
    const found = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
    if (found?.isDirectory()) files.push(...filesBelow(path, depth + 1));
    else if (found?.isFile() && /\.ya?ml$/.test(name)) files.push(path);
  }
  return files;
}
