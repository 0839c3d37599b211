import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('rules test: expectations stand beside rules of either ending, and a broken one is told by its place', () => {
  mkdirSync(join(folder, 'tested'));
  for (const [end, testEnd] of [
    ['yml', 'yml'],
    ['yaml', 'yml'],
    ['yaml', 'yaml'],
  ]) {
    const id = `${end}-${testEnd}`;
    writeFileSync(join(folder, `tested/${id}.${end}`), rule(id));
    writeFileSync(join(folder, `tested/${id}.test.${testEnd}`), `rule: ${id}\nfires: [{ f: evil }]\n`);
  }
  for (const [path, count] of [
    ['tested', 3],
    ['tested/yaml-yml.yaml', 1],
    ['tested/yaml-yaml.yaml', 1],
    ['tested/*.yaml', 2],
    ['tested/*', 3],
  ] as const) {
    expect([path, rules('test', path)]).toMatchObject([
      path,
      { code: 0, out: expect.stringContaining(`${count} rules tested, 0 `) },
    ]);
  }
  writeFileSync(join(folder, 'good.test.yml'), 'rule: good\nfires: [x\n');
  const { code, out } = rules('test', 'good.yml');
  expect([code, out]).toEqual([2, expect.stringMatching(/good\.test\.yml:\d+:\d+: not valid YAML/)]);
  writeFileSync(join(folder, 'good.test.yml'), 'rule: good\nfires: [{ $format: cef, $line: evil }]\n');
  expect(rules('test', 'good.yml')).toMatchObject({
    code: 1,
    out: expect.stringContaining('not of the format cef'),
  });
  rmSync(join(folder, 'good.test.yml'));
});
