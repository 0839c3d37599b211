// The licence texts of what is linked into the native binaries, for the platform packages.
// node scripts/release/notices.ts [--check]     (needs cargo)
//   --check  fails where the file is not what the lock file gives
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './pack.ts';
import { run } from './run.ts';

const file = join(root, 'native/LICENSE.third-party.txt');
const manifest = ['--manifest-path', join(root, 'native/node/Cargo.toml'), '--locked', '--quiet'];
const { targets } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).napi;
const isLicence = /^(licen[cs]e|copying|copyright|notice|unlicense)([-_.].*)?$/i;
const napi = join(root, 'node_modules/@napi-rs/cli/LICENSE');
/** The text of crates that are published without, from a package of the same repository. */
const elsewhere: Readonly<Record<string, string>> = { napi, 'napi-sys': napi };

const rule = '='.repeat(100);
const heading = `The native binaries of Wolfsec hold the following software under the following licences. Where it may be
had under the MIT licence among others, that one is taken.
`;

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const made = notices();
if (!values.check) writeFileSync(file, made);
else if (readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== made) {
  console.error(`${relative(root, file)} is not up to date: run node scripts/release/notices.ts`);
  process.exitCode = 1;
}

function notices(): string {
  const texts = new Map<string, { text: string; users: string[] }>();
  const add = (path: string, user: string) => {
    const text = readFileSync(path, 'utf8')
      .replaceAll(/[ \t\r]+$/gm, '')
      .trim();
    // Copies differ in how they are broken into lines.
    const words = text.replaceAll(/\s+/g, ' ');
    const known = texts.get(words) ?? { text, users: [] };
    texts.set(words, known);
    if (!known.users.includes(user)) known.users.push(user);
  };
  for (const crate of linkedCrates()) {
    const { name, version, folder } = crate;
    const found = licences(crate);
    if (found.length === 0) throw new Error(`${name} ${version} comes without a licence text`);
    for (const path of found) add(path, `${name} ${version}`);
    // The text of the Rust project, whose standard library is linked as well.
    if (name === 'libc') add(join(folder, 'LICENSE-MIT'), 'the Rust standard library');
  }
  const parts = [...texts.values()].map(
    ({ text, users }) => `${rule}\n${users.join(', ')}\n${rule}\n\n${text}`,
  );
  return `${heading}\n${parts.join('\n\n')}\n`;
}

/** What is linked for any platform: no build scripts, no macros, no tests. */
function linkedCrates(): Crate[] {
  const linked = new Set<string>();
  for (const target of targets) {
    const options = ['--target', target, '-e', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'];
    for (const line of run('cargo', ['tree', ...manifest, ...options], root).split('\n')) {
      const [name, version] = line.split(' ');
      if (name && version) linked.add(`${name} ${version.slice(1)}`);
    }
  }
  const { packages } = JSON.parse(run('cargo', ['metadata', ...manifest, '--format-version', '1'], root));
  return packages
    .filter((one: Package) => one.source !== null && linked.has(`${one.name} ${one.version}`))
    .map((one: Package) => ({ ...one, folder: dirname(one.manifest_path) }))
    .sort((a: Package, b: Package) => (a.name < b.name ? -1 : 1));
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly source: string | null;
  readonly manifest_path: string;
}

interface Crate extends Package {
  readonly folder: string;
}

function licences({ name, license, folder }: Crate): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isLicence.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const mit = found.filter((path) => /^licen[cs]e[-_]mit/i.test(basename(path)));
  const choice = mit.length > 0 && !/\bAND\b/.test(license);
  const more = found.filter(
    (path) => dirname(path) !== folder || /^(notice|copyright)/i.test(basename(path)),
  );
  const other = elsewhere[name];
  if (choice) return [...mit, ...more];
  if (found.length === 0 && other !== undefined) return [other];
  return found;
}
