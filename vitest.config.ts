import { defineConfig } from 'vitest/config';

/**
 * Where others share the machine, a browser or a process may stand still for longer than a test waits: it has one more
 * try, and the report says so. What a property test found is a finding, and stays one.
 */
const retry = { count: 1, condition: /^(?!Property failed)/ };

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    ...(process.env['CI'] ? { retry } : {}),
  },
});
