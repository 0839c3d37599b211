import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleSource } from '../rule/index.ts';
import { version } from '../version.ts';
import type { RuleBundle } from './bundle.ts';

/** Bumped when the cached form changes. */
const cacheFormat = 2;

/** Key of a bundle: what it was made from, and by which version. */
export function bundleKey(sources: readonly RuleSource[], options: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([cacheFormat, version, options]));
  for (const { file, text } of sources) {
    hash.update(`\0${file.length}:${text.length}:`).update(file).update(text);
  }
  return hash.digest('hex');
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const digestLength = 64;

/** Reads a bundle; `undefined` where there is none, or it is damaged. */
export async function readBundle(folder: string, key: string): Promise<RuleBundle | undefined> {
  const bytes = await readFile(path(folder, key)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const body = bytes.subarray(digestLength + 1);
  if (digest(body) !== bytes.toString('latin1', 0, digestLength)) return undefined;
  // The rules stand on one line, the program behind it: the back end takes it as it is.
  const newline = body.indexOf(0x0a);
  const rest = JSON.parse(body.toString('utf8', 0, newline)) as Omit<RuleBundle, 'program'>;
  return { ...rest, program: body.subarray(newline + 1) };
}

/** Writes a bundle beside and moves it into place, so that nobody reads half of one. */
export async function writeBundle(folder: string, key: string, bundle: RuleBundle): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { program, ...rest } = bundle;
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(rest)}\n`), program]);
  const target = path(folder, key);
  const beside = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(beside, Buffer.concat([Buffer.from(`${digest(body)}\n`), body]));
  await rename(beside, target);
}

const path = (folder: string, key: string) => join(folder, `rules-${key.slice(0, 32)}.json`);
