import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { backend, backendByName, nativeAvailable } from '../../src/backend/select.ts';

/** Where figures were taken. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  readonly wolfsec: string;
  readonly native: string;
  readonly loadAverage: number;
  readonly takenAt: string;
}

export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model.trim() || cpuFromProc(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${arch()} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    wolfsec: backend().version,
    native: nativeAvailable() ? nativeFacts() : 'not built',
    loadAverage: Math.round((loadavg()[0] as number) * 100) / 100,
    takenAt: new Date().toISOString(),
  };
}

/** What must be the same for two sets of figures to be compared. */
export function differences(a: Environment, b: Environment): string[] {
  return (['cpu', 'cores', 'os', 'node'] as const)
    .filter((key) => a[key] !== b[key])
    .map((key) => `${key}: ${a[key]} then, ${b[key]} now`);
}

function nativeFacts(): string {
  backendByName('native');
  return process.env.WOLFSEC_BACKEND === 'portable' ? 'built' : backend().cpuFeatures.join(' ') || 'built';
}

function cpuFromProc(): string {
  try {
    return /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

export function describeEnvironment(e: Environment): string {
  return `${e.cpu} × ${e.cores}, ${e.memoryGb} GB, ${e.os}, Node ${e.node} (V8 ${e.v8}), native: ${e.native}, load ${e.loadAverage}`;
}
