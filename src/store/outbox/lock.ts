import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WolfsecError } from '../../errors.ts';

const heldHere = new Set<string>();

/** Keeps a second process off a folder. The lock of a process that has died is taken over. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  if (!heldHere.has(path) && !create(path)) {
    const [number, birth] = readFileSync(path, 'utf8').split('\n');
    const owner = Number(number);
    // In a container the last process had our own number as likely as not.
    if (owner !== process.pid && alive(owner, birth)) throw inUse(folder, owner);
    rmSync(path, { force: true });
    if (!create(path)) throw inUse(folder, owner);
  } else if (heldHere.has(path)) {
    throw inUse(folder, process.pid);
  }
  heldHere.add(path);
  return () => {
    heldHere.delete(path);
    rmSync(path, { force: true });
  };
}

function create(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${process.pid}\n${birthOf(process.pid)}`);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Where the process began otherwise than the one that made the lock, it merely has its number: after a boot, most do. */
function alive(pid: number, birth: string | undefined): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const now = birthOf(pid);
  if (birth && now && birth !== now) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Which boot and which moment of it a process began in (proc(5): `starttime`); empty where that is not told. */
function birthOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it, in parentheses, may hold blanks and parentheses itself.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return started === undefined ? '' : `${boot} ${started}`;
  } catch {
    return '';
  }
}

const inUse = (folder: string, pid: number) =>
  new WolfsecError(
    'WOLFSEC_STORE_UNAVAILABLE',
    `${folder} is in use by process ${pid}: stop it, or give this one another folder`,
  );
