import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { version } from '../../version.ts';
import type { Addon } from './addon.ts';

/** The addon, or why there is none. */
export type Loaded = { readonly addon: Addon } | { readonly reason: string };

/** Where the addon may lie, in the order of trying. */
export interface AddonSources {
  /** The platform as napi-rs spells it. */
  readonly platform: string;
  /** The build of a checkout; left out where there is none. */
  readonly local?: string;
  readonly load: (path: string) => unknown;
}

/** Loads the addon: a build in this checkout first, then the platform's prebuilt package. */
export function loadAddon(sources: AddonSources = here()): Loaded {
  const { platform, local, load } = sources;
  const candidates = [...(local === undefined ? [] : [local]), `@wolfsec/native-${platform}`];
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      const addon = load(candidate) as Addon;
      // The boundary has no compatibility between versions: arguments of another one could be misread.
      if (addon.version() === version) return { addon };
      failures.push(`${candidate} is version ${addon.version()}, wolfsec ${version}`);
    } catch (error) {
      failures.push(describe(candidate, error));
    }
  }
  return { reason: `no native build for ${platform} could be loaded (${failures.join('; ')})` };
}

function here(): AddonSources {
  const platform = platformName();
  const local = fileURLToPath(new URL(`../../../native/dist/wolfsec.${platform}.node`, import.meta.url));
  return { platform, load: createRequire(import.meta.url), ...(existsSync(local) ? { local } : {}) };
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
  // Node names its glibc where it has one. Asking the file system would tell of the system's libc, and a
  // Node built against the other one may run beside it.
  const report = platformReport();
  if (report?.header?.glibcVersionRuntime) return false;
  if (report?.header && !process.versions.bun && !process.versions.deno) return true;
  try {
    return readFileSync('/usr/bin/ldd', 'latin1').includes('musl');
  } catch {
    return existsSync('/etc/alpine-release');
  }
}

interface PlatformReport {
  readonly header?: { readonly glibcVersionRuntime?: string };
}

function platformReport(): PlatformReport | undefined {
  const report = process.report as (typeof process.report & { excludeNetwork?: boolean }) | undefined;
  if (!report) return undefined;
  // With it the report would ask the name server about every open socket.
  const { excludeNetwork = false } = report;
  report.excludeNetwork = true;
  try {
    return report.getReport() as PlatformReport;
  } finally {
    report.excludeNetwork = excludeNetwork;
  }
}

function describe(candidate: string, error: unknown): string {
  const message = String(error instanceof Error ? error.message : error).split('\n', 1)[0] as string;
  return (error as NodeJS.ErrnoException | undefined)?.code === 'MODULE_NOT_FOUND'
    ? `${candidate} is not installed`
    : message;
}
