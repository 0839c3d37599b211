import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { type AddonSources, loadAddon, platformName } from '../../src/backend/native/load.ts';
import { version } from '../../src/version.ts';

const root = new URL('../../', import.meta.url);

/** Loads from a table of what lies where; what is missing is missing as Node says it. */
function sources(modules: Record<string, unknown>, local?: string): AddonSources {
  return {
    platform: 'linux-x64-gnu',
    ...(local === undefined ? {} : { local }),
    load(path) {
      const found = modules[path];
      if (found instanceof Error) throw found;
      if (found === undefined) {
        throw Object.assign(new Error(`Cannot find module '${path}'\nRequire stack:`), {
          code: 'MODULE_NOT_FOUND',
        });
      }
      return found;
    },
  };
}

const prebuilt = '@wolfsec/native-linux-x64-gnu';
const addon = (of: string) => ({ version: () => of });

test('a build in the checkout goes before the platform package', () => {
  const local = addon(version);
  expect(loadAddon(sources({ '/here.node': local, [prebuilt]: addon(version) }, '/here.node'))).toEqual({
    addon: local,
  });
});

test('the platform package serves where the local build does not load', () => {
  const packaged = addon(version);
  const broken = new Error('/here.node: invalid ELF header');
  expect(loadAddon(sources({ '/here.node': broken, [prebuilt]: packaged }, '/here.node'))).toEqual({
    addon: packaged,
  });
});

test('the reason names each place that was tried', () => {
  const modules = { '/here.node': new Error("/lib/libc.so.6: version `GLIBC_2.40' not found") };
  expect(loadAddon(sources(modules, '/here.node'))).toEqual({
    reason:
      'no native build for linux-x64-gnu could be loaded ' +
      "(/lib/libc.so.6: version `GLIBC_2.40' not found; @wolfsec/native-linux-x64-gnu is not installed)",
  });
});

test('a binary of another version is refused', () => {
  expect(loadAddon(sources({ [prebuilt]: addon('0.0.1') }))).toEqual({
    reason: `no native build for linux-x64-gnu could be loaded (${prebuilt} is version 0.0.1, wolfsec ${version})`,
  });
});

test('the package and the crates have one version', () => {
  const cargo = readFileSync(new URL('native/Cargo.toml', root), 'utf8');
  expect(/^version = "(.+)"$/m.exec(cargo)?.[1]).toBe(version);
});

test('this platform has a name that napi-rs would give it', () => {
  expect(platformName()).toMatch(/^(linux|darwin|win32|freebsd)-/);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test.each(['', 'auto'])('WOLFSEC_BACKEND=%j takes the best there is', async (wanted) => {
  vi.stubEnv('WOLFSEC_BACKEND', wanted);
  const { backend, nativeAvailable } = await import('../../src/backend/select.ts');
  expect(backend().name).toBe(nativeAvailable() ? 'native' : 'portable');
});

test('another word in WOLFSEC_BACKEND is refused', async () => {
  vi.stubEnv('WOLFSEC_BACKEND', 'fast');
  const { backend } = await import('../../src/backend/select.ts');
  expect(() => backend()).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
});
