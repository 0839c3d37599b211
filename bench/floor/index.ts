import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The C++ addon's functions. */
export interface Floor {
  noop(): undefined;
  add(a: number, b: number): number;
  equal(a: Uint8Array, b: Uint8Array): boolean;
  equalWrapped(a: Uint8Array, b: Uint8Array): boolean;
  textLength(text: string): number;
  sumFields(fields: object): number;
  later(): Promise<boolean>;
}

const require = createRequire(import.meta.url);
const source = join(import.meta.dirname, 'floor.cc');
const built = join(import.meta.dirname, 'dist', 'floor.node');

/** Builds floor.cc where it is missing or older than its source; `undefined`, with a line, without a C++ compiler. */
export function floor(): Floor | undefined {
  if (!existsSync(built) || statSync(built).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(dirname(built), { recursive: true });
    const include = (name: string, ...rest: string[]) =>
      `-I${join(dirname(require.resolve(`${name}/package.json`)), ...rest)}`;
    const flags = [
      '-std=c++20',
      '-O2',
      '-shared',
      '-fPIC',
      ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
    ];
    const defines = ['-DNAPI_VERSION=8', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'];
    const paths = [include('node-addon-api'), include('node-api-headers', 'include')];
    const made = spawnSync(process.env.CXX ?? 'c++', [...flags, ...defines, ...paths, source, '-o', built], {
      encoding: 'utf8',
    });
    if (made.status !== 0) {
      console.error(`left out: the C++ floor: ${made.error?.message ?? made.stderr.split('\n', 1)[0]}`);
      return undefined;
    }
  }
  return require(built) as Floor;
}
