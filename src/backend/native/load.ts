import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Addon } from './addon.ts';

/** The addon, or why there is none. */
export type Loaded = { readonly addon: Addon } | { readonly reason: string };

const require = createRequire(import.meta.url);

/** Loads the addon: a build in this checkout first, then the platform's prebuilt package. */
export function loadAddon(): Loaded {
  const platform = platformName();
  const local = fileURLToPath(new URL(`../../../native/dist/wolfsec.${platform}.node`, import.meta.url));
  const candidates = [...(existsSync(local) ? [local] : []), `@wolfsec/native-${platform}`];
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      return { addon: require(candidate) as Addon };
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  return { reason: `no native build for ${platform} could be loaded (${failures.join('; ')})` };
}

/** The platform as napi-rs spells it, e.g. `linux-x64-gnu`. */
export function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'linux') {
    const libc = usesMusl() ? 'musl' : 'gnu';
    return arch === 'arm' ? `linux-arm-${libc}eabihf` : `linux-${arch}-${libc}`;
  }
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

function usesMusl(): boolean {
  try {
    return readFileSync('/usr/bin/ldd', 'latin1').includes('musl');
  } catch {
    // No ldd script: ask the runtime, which names its glibc only where there is one.
    const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
    return report?.header?.glibcVersionRuntime === undefined;
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] as string;
}
