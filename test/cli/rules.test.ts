import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
let folder: string;

const rule = (id: string, condition = 's') =>
  `title: ${id}\nid: ${id}\nlogsource: { category: any }\ndetection:\n  s: { f|contains: evil }\n  condition: ${condition}\n`;

function rules(...args: string[]): { code: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'rules', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, out: stdout + stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wolfsec-rules-'));
  writeFileSync(join(folder, 'good.yml'), rule('good'));
  writeFileSync(join(folder, 'bad.yml'), rule('bad', 's and'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('rules check: sound rules exit 0', () => {
  const { code, out } = rules('check', 'good.yml');
  expect([code, out]).toEqual([0, expect.stringMatching(/1 rules load .*0 are refused/)]);
});

test('rules check: a broken rule is told by file, line and column, and exits 1', () => {
  const { code, out } = rules('check', '.');
  expect(code).toBe(1);
  expect(out).toMatch(/bad\.yml:6:3: WOLFSEC_RULE_INVALID: an operand is missing/);
});

test('rules check: a path that names nothing exits 2', () => {
  const { code, out } = rules('check', 'none');
  expect(code).toBe(2);
  expect(out).toContain('"none"');
  expect(out).not.toMatch(/\n\s+at /);
});
