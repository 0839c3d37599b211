import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WolfsecError } from '../../errors.ts';

const heldHere = new Set<string>();

/** Keeps a second process off a folder. The lock of a process that has died is taken over. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  if (!heldHere.has(path) && !create(path)) {
    const owner = Number(readFileSync(path, 'utf8'));
    // In a container the last process had our own number as likely as not.
    if (owner !== process.pid && alive(owner)) throw inUse(folder, owner);
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
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const inUse = (folder: string, pid: number) =>
  new WolfsecError(
    'WOLFSEC_STORE_UNAVAILABLE',
    `${folder} is in use by process ${pid}: stop it, or give this one another folder`,
  );
