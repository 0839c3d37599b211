// Proves the package as its users get it: packed, installed in an empty project, and used from there.
// node scripts/release/check-package.ts
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConsumer, checkTypes } from './consumer.ts';
import { nativeTarball, packageTarball, root } from './pack.ts';
import { run } from './run.ts';

const work = mkdtempSync(join(tmpdir(), 'wolfsec-package-'));
try {
  const tarball = packageTarball(work);
  checkContents(tarball);

  run('publint', ['run', tarball, '--strict'], root);
  // ESM alone: CommonJS gets it by require(esm), which every supported Node has.
  run('attw', [tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'], root);

  const portable = join(work, 'portable');
  checkConsumer(portable, [tarball], 'portable');
  checkTypes(portable);

  const native = nativeTarball(work);
  if (native === undefined)
    console.log('package: no native build here, so the native package is not checked');
  else {
    run('node', ['scripts/release/notices.ts', '--check'], root);
    const inside = run('tar', ['-tzf', native], root);
    for (const name of ['LICENSE', 'LICENSE.third-party.txt']) {
      if (!inside.includes(`package/${name}\n`)) throw new Error(`the native package has no ${name}`);
    }
    checkConsumer(join(work, 'native'), [tarball, native], 'native');
  }
  console.log('package: as it should be');
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Only what runs: no sources, no tests, no way to build, nothing that runs at installation. */
function checkContents(tarball: string): void {
  const unpacked = join(work, 'unpacked');
  mkdirSync(unpacked);
  run('tar', ['-xzf', tarball, '-C', unpacked], root);
  const inside = join(unpacked, 'package');
  for (const name of ['src', 'test', 'native', 'bench', 'scripts', '.ci', '.github']) {
    if (existsSync(join(inside, name))) throw new Error(`the package holds ${name}`);
  }
  if (!existsSync(join(inside, 'dist/dashboard/index.html'))) throw new Error('the package has no dashboard');
  const licences = readFileSync(join(inside, 'dist/dashboard/third-party.md'), 'utf8');
  for (const name of ['preact', '@preact/signals', 'uplot']) {
    if (!licences.includes(`## ${name}`))
      throw new Error(`the dashboard comes without the licence of ${name}`);
  }
  const manifest = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
  // `prepare` runs in a checkout and in dependencies by git address, never for a packed package.
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'postprepare'];
  for (const name of atInstall) {
    if (manifest.scripts[name]) throw new Error(`the package has the install script ${name}`);
  }
  for (const [name, { types, default: code }] of Object.entries<Record<string, string>>(manifest.exports)) {
    for (const path of [types, code]) {
      if (path !== undefined && !existsSync(join(inside, path))) throw new Error(`${name}: no ${path}`);
    }
  }
}
