import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { packBundle, unpackBundle } from '../../src/detect/bundle.ts';
import { compileApart } from '../../src/detect/compile-apart.ts';
import { joinFiles, sourcesOf } from '../../src/detect/rule-text.ts';
import type { Pipeline } from '../../src/rule/index.ts';

/** More text than is compiled on the thread that asks. */
const files = Array.from({ length: 1500 }, (_, i) => ({
  file: `${i}.yml`,
  bytes: Buffer.from(
    `title: règle ${i}\nid: r${i}\nlogsource: { category: any }\n# ${'-'.repeat(900)}\ndetection:\n  selection:\n    ${i === 7 ? 'f|nonsense' : 'f'}: v${i}\n  condition: selection\n`,
  ),
}));
const options = { statuses: ['test'] } as const;

/** Answers that threads gave. */
let answers = 0;
const watch = (thread: Worker) => void thread.once('message', () => answers++);
process.on('worker', watch);
beforeEach(() => {
  answers = 0;
});
afterAll(() => void process.off('worker', watch));

test('a thread gives the very bytes that compiling here does', async () => {
  const text = joinFiles(files);
  expect(text.bytes.length).toBeGreaterThan(1 << 20);
  const packed = await compileApart(text, options);
  expect(answers).toBe(1);
  // What was handed to the thread is still there, for whoever compiles without one.
  expect(Buffer.compare(packed, packBundle(sourcesOf(text), options))).toBe(0);
  const { rules, refused } = unpackBundle(packed);
  expect(rules).toHaveLength(1499);
  expect(rules.at(0)).toMatchObject({ id: 'r0', title: 'règle 0', file: '0.yml' });
  expect(refused).toMatchObject([{ file: '7.yml', line: 7, ruleId: 'r7', title: 'règle 7' }]);
});

test('rules that pass through pipelines, which are functions, are compiled here', async () => {
  const pipeline: Pipeline = {
    name: 'all but one',
    priority: 1,
    placeholders: {},
    transformations: [(rule) => (rule.id === 'r3' ? undefined : rule)],
  };
  const packed = await compileApart(joinFiles(files), { ...options, pipelines: [pipeline] });
  expect(unpackBundle(packed)).toMatchObject({ skipped: 1, rules: { length: 1498 } });
  expect(answers).toBe(0);
});

test('where threads are forbidden, rules load all the same', () => {
  const detect = resolve(import.meta.dirname, '../../src/detect/index.ts');
  const script = `
    const { ThreatDetector } = await import(${JSON.stringify(pathToFileURL(detect))});
    const rules = Array.from({ length: 1500 }, (_, i) => ({
      file: i + '.yml',
      text: 'title: r' + i + '\\nlogsource: { category: any }\\n# ' + '-'.repeat(900) +
        '\\ndetection: { selection: { f: v' + i + ' }, condition: selection }\\n',
    }));
    const detector = await ThreatDetector.create({ rules, backend: 'portable' });
    let refusal;
    try { new (await import('node:worker_threads')).Worker('0', { eval: true }); } catch (error) { refusal = error.code; }
    console.log(detector.rules.length, detector.detect({ f: 'v3' })[0].ruleId, refusal);
  `;
  const told = execFileSync(
    process.execPath,
    ['--permission', '--allow-fs-read=*', '--no-warnings', '--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  );
  expect(told.trim()).toBe('1500 r3 ERR_ACCESS_DENIED');
});
