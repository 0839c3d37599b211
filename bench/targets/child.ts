// Measures the targets under one back end, in a process of its own.
import { backend } from '../../src/backend/select.ts';
import { measureTargets } from '../../src/cli/targets/index.ts';

const failures: string[] = [];
const figures = await measureTargets(Number(process.argv[2]), (probe, error) =>
  failures.push(`${probe}: ${error instanceof Error ? error.message : String(error)}`),
);
process.send?.({ name: backend().name, figures, failures }, () => process.exit());
