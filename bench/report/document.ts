import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { between, type Generated } from '../targets/table.ts';

const root = resolve(import.meta.dirname, '../..');

/** Puts a generated table between its markers in a document of the repository, formatted as the linter asks. */
export function writeTable(document: string, name: Generated, table: string): void {
  const path = resolve(root, document);
  writeFileSync(path, between(readFileSync(path, 'utf8'), table, name));
  const biome = resolve(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status } = spawnSync(process.execPath, [biome, 'format', '--write', path], { stdio: 'ignore' });
  if (status !== 0) console.error(`${document} could not be formatted: npm run format`);
}
