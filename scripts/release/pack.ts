import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { platformName } from '../../src/backend/native/load.ts';
import { run } from './run.ts';

export const root = resolve(import.meta.dirname, '../..');

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Packs the package as it is published, from a fresh `dist`. */
export function packageTarball(into: string): string {
  run('npm', ['run', 'build:ts'], root);
  run('npm', ['run', 'build:dashboard'], root);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', into], root);
  return join(into, `wolfsec-${manifest.version}.tgz`);
}

/**
 * Packs the platform package of this machine by the steps of a release, up to the publishing; undefined
 * where there is no native build. The manifest that these steps change is a copy.
 */
export function nativeTarball(into: string): string | undefined {
  const platform = platformName();
  const binary = `wolfsec.${platform}.node`;
  const built = join(root, 'native/dist', binary);
  if (!existsSync(built)) return undefined;

  const stage = join(into, 'stage');
  mkdirSync(join(stage, 'artifacts'), { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE'])
    copyFileSync(join(root, name), join(stage, name));
  run('napi', ['create-npm-dirs', '--cwd', stage], root);
  // One machine has one platform's binary; a release has all, and fails where one is missing.
  copyFileSync(built, join(stage, 'npm', platform, binary));
  for (const path of ['LICENSE', 'native/LICENSE.third-party.txt'])
    copyFileSync(join(root, path), join(stage, 'npm', platform, basename(path)));
  checkPlatformPackage(join(stage, 'npm', platform), platform);
  run('npm', ['pack', '--pack-destination', into], join(stage, 'npm', platform));
  return join(into, `wolfsec-native-${platform}-${manifest.version}.tgz`);
}

function checkPlatformPackage(folder: string, platform: string): void {
  const made = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const expected = { name: `@wolfsec/native-${platform}`, version: manifest.version };
  for (const [key, value] of Object.entries(expected)) {
    if (made[key] !== value) throw new Error(`the platform package's ${key} is ${made[key]}, not ${value}`);
  }
  if (made.scripts) throw new Error('the platform package has scripts');
}
