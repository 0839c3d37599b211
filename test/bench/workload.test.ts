import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workloadFiles } from '../../bench/workload-program.ts';

test('the Rust workloads run the program that the compiler makes today', () => {
  for (const [path, text] of Object.entries(workloadFiles())) {
    expect(readFileSync(path, 'utf8'), `${path} is old: npm run bench:instructions makes it anew`).toBe(text);
  }
});
