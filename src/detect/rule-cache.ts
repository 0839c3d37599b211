import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleFile } from '../rule/index.ts';
import { version } from '../version.ts';
import type { RuleBundle } from './bundle.ts';
import { type RuleName, RuleTable } from './rule-table.ts';

/** Bumped when the cached form changes. */
const cacheFormat = 4;

/** Key of a bundle: what it was made from, by which version, and which back end found its program sound. */
export function bundleKey(files: readonly RuleFile[], options: unknown, backend: string): string {
  const names = files.map(({ file, bytes }) => [file, bytes.length]);
  return createHash('sha256')
    .update(`${JSON.stringify([cacheFormat, version, backend, options, names])}\n`)
    .update(Buffer.concat(files.map(({ bytes }) => bytes)))
    .digest('hex');
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const digestLength = 64;

/** Reads a bundle; `undefined` where there is none, or it is damaged. */
export async function readBundle(folder: string, key: string): Promise<RuleBundle | undefined> {
  const bytes = await readFile(path(folder, key)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const body = bytes.subarray(digestLength + 1);
  if (digest(body) !== bytes.toString('latin1', 0, digestLength)) return undefined;
  const newline = body.indexOf(0x0a);
  const { names, ends, ...rest } = JSON.parse(body.toString('utf8', 0, newline)) as Head;
  // Behind the head the texts of the rules, and the program: the back end takes it as it is.
  const program = newline + 1 + (ends.at(-1) ?? 0);
  const texts = { bytes: body.subarray(newline + 1, program), ends };
  return { ...rest, rules: RuleTable.from(names, texts), program: body.subarray(program) };
}

/** The first line of a bundle. */
interface Head extends Omit<RuleBundle, 'program' | 'rules'> {
  readonly names: readonly RuleName[];
  readonly ends: readonly number[];
}

/** Writes a bundle beside and moves it into place, so that nobody reads half of one. */
export async function writeBundle(folder: string, key: string, bundle: RuleBundle): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { program, rules, ...rest } = bundle;
  const { bytes, ends } = rules.texts();
  const head: Head = { ...rest, names: rules.names, ends };
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes, program]);
  const target = path(folder, key);
  const beside = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(beside, Buffer.concat([Buffer.from(`${digest(body)}\n`), body]));
  await rename(beside, target);
  await dropOldest(folder);
}

/** Bundles kept in a folder: of the rule sets and options used last. */
const maxBundles = 8;

async function dropOldest(folder: string): Promise<void> {
  const bundles = (await readdir(folder)).filter((file) => /^rules-.*\.(bundle|json)/.test(file));
  const aged = await Promise.all(
    bundles.map(async (file) => ({ file, writtenMs: (await stat(join(folder, file))).mtimeMs })),
  );
  const old = aged.sort((a, b) => b.writtenMs - a.writtenMs).slice(maxBundles);
  await Promise.all(old.map(({ file }) => rm(join(folder, file), { force: true })));
}

const path = (folder: string, key: string) => join(folder, `rules-${key.slice(0, 32)}.bundle`);
