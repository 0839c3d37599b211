// Holds binaries to what is promised of them: size, the oldest glibc, no path of the machine that built them.
// node scripts/release/check-binary.ts FILE...
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';

/** What a binary may weigh. */
const maxBytes = 8 * 1024 * 1024;
/** The oldest glibc that Node's own builds run on (Node 22 and 24: RHEL 8, Debian 10). */
const glibcFloor = [2, 28] as const;

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node scripts/release/check-binary.ts FILE...');
  process.exitCode = 2;
}
for (const file of files) {
  const bytes = readFileSync(file);
  const faults = [...tooLarge(bytes), ...tooNew(bytes), ...paths(bytes)];
  const glibc = glibcVersions(bytes).at(-1);
  console.log(`${basename(file)}: ${megabytes(bytes.length)}${glibc ? `, glibc ${glibc.join('.')}` : ''}`);
  for (const fault of faults) console.error(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function tooLarge(bytes: Buffer): string[] {
  return bytes.length <= maxBytes
    ? []
    : [`larger than its budget of ${megabytes(maxBytes)}: find what grew, or raise the budget with a reason`];
}

function tooNew(bytes: Buffer): string[] {
  const [major, minor] = glibcFloor;
  return glibcVersions(bytes)
    .filter((version) => version[0] > major || version[1] > minor)
    .map((version) => `asks for glibc ${version.join('.')}, newer than ${glibcFloor.join('.')}`);
}

/** The versions in an ELF file's table of needed symbol versions, in rising order. */
function glibcVersions(bytes: Buffer): [number, number][] {
  if (bytes.subarray(0, 4).toString('latin1') !== '\x7fELF') return [];
  const found = new Set(bytes.toString('latin1').match(/\0GLIBC_\d+\.\d+(?:\.\d+)?(?=\0)/g));
  return [...found]
    .map((text) => text.slice('\0GLIBC_'.length).split('.').map(Number) as [number, number])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function paths(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  return [resolve(import.meta.dirname, '../..'), process.env.CARGO_HOME ?? `${homedir()}/.cargo`]
    .filter((path) => text.includes(path))
    .map((path) => `holds the path ${path}: build it with --prebuilt`);
}

function megabytes(count: number): string {
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}
