import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleSource } from '../rule/index.ts';
import { version } from '../version.ts';
import type { RuleBundle } from './bundle.ts';

/** Bumped when the cached form changes. */
const cacheFormat = 1;

/** Key of a bundle: what it was made from, and by which version. */
export function bundleKey(sources: readonly RuleSource[], options: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([cacheFormat, version, options]));
  for (const { file, text } of sources) {
    hash.update(`\0${file.length}:${text.length}:`).update(file).update(text);
  }
  return hash.digest('hex');
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** Reads a bundle; `undefined` where there is none, or it is damaged. */
export async function readBundle(folder: string, key: string): Promise<RuleBundle | undefined> {
  const text = await readFile(path(folder, key), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const newline = text.indexOf('\n');
  const body = text.slice(newline + 1);
  if (newline !== 64 || digest(body) !== text.slice(0, newline)) return undefined;
  return JSON.parse(body) as RuleBundle;
}

/** Writes a bundle beside and moves it into place, so that nobody reads half of one. */
export async function writeBundle(folder: string, key: string, bundle: RuleBundle): Promise<void> {
  await mkdir(folder, { recursive: true });
  const body = JSON.stringify(bundle);
  const target = path(folder, key);
  const beside = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(beside, `${digest(body)}\n${body}`);
  await rename(beside, target);
}

const path = (folder: string, key: string) => join(folder, `rules-${key.slice(0, 32)}.json`);
