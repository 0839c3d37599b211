import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../version.ts';
import type { RuleText } from './rule-text.ts';

/** Bumped when the cached form changes. */
const cacheFormat = 5;

/** Key of a bundle: what it was made from, by which version, and which back end found its program sound. */
export function bundleKey({ files, bytes }: RuleText, options: unknown, backend: string): string {
  return createHash('sha256')
    .update(`${JSON.stringify([cacheFormat, version, backend, options, files])}\n`)
    .update(bytes)
    .digest('hex');
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const digestLength = 64;

/** Reads a packed bundle; `undefined` where there is none, or it is damaged. */
export async function readPacked(folder: string, key: string): Promise<Buffer | undefined> {
  const bytes = await readFile(path(folder, key)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const packed = bytes.subarray(digestLength + 1);
  return digest(packed) === bytes.toString('latin1', 0, digestLength) ? packed : undefined;
}

/** Writes a packed bundle beside and moves it into place, so that nobody reads half of one. */
export async function writePacked(folder: string, key: string, packed: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const target = path(folder, key);
  const beside = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await writeFile(beside, `${digest(packed)}\n`);
    await appendFile(beside, packed);
    await rename(beside, target);
  } catch (error) {
    // Windows moves nothing to where another process reads.
    await rm(beside, { force: true });
    throw error;
  }
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
