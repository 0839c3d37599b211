import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PasswordBlocklist } from '../../src/auth/index.ts';

test('the script makes a block list from lists', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfsec-blocklist-'));
  try {
    writeFileSync(join(folder, 'a.txt'), 'password123\r\nshort\nqwertyuiop\n');
    writeFileSync(join(folder, 'b.txt'), 'Password123\niloveyou!\n');
    const out = join(folder, 'out.bin');
    const script = join(import.meta.dirname, '../../scripts/build-blocklist.ts');
    execFileSync(process.execPath, [script, out, join(folder, 'a.txt'), join(folder, 'b.txt')]);
    const blocklist = PasswordBlocklist.fromBytes(readFileSync(out));
    expect(blocklist.size).toBe(3);
    expect(['PASSWORD123', 'qwertyuiop', 'iloveyou!'].every((one) => blocklist.has(one))).toBe(true);
    expect(blocklist.has('short')).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
