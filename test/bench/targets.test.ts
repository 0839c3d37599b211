import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { between, targetTable } from '../../bench/targets/table.ts';
import { met, targets } from '../../src/cli/targets/index.ts';
import { registerDoctor } from '../../src/cli/verbs/doctor.ts';

test('a bound is met on its own side only', () => {
  expect(met('detectionRate', 10_001)).toBe(true);
  expect(met('detectionRate', 10_000)).toBe(false);
  expect(met('memory', 499)).toBe(true);
  expect(met('memory', 500)).toBe(false);
});

test('the table shows both back ends, misses and what was not measured', () => {
  const table = targetTable({ detectionRate: 412_345 }, { detectionRate: 9_000 }, 'a machine');
  expect(table).toContain('| Threat detection | > 10,000 events/s | 412,000 ✓ | 9,000 ✗ |');
  expect(table).toContain('| Memory | < 500 MB | – | – |');
  expect(table.match(/^\|/gm)).toHaveLength(2 + Object.keys(targets).length);
});

test('the table goes between its markers and nowhere else', () => {
  const text = 'a\n<!-- targets:start -->old<!-- targets:end -->\nb';
  expect(between(text, 'new')).toBe('a\n<!-- targets:start -->\n\nnew\n\n<!-- targets:end -->\nb');
  expect(() => between('no markers', 'new')).toThrow('targets:start');
});

test('doctor tells the back end', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  const program = new Command();
  registerDoctor(program);
  await program.parseAsync(['doctor', '--json'], { from: 'user' });
  const facts = JSON.parse(printed.mock.calls[0]?.[0]) as Record<string, string>;
  printed.mockRestore();
  expect(facts['back end']).toMatch(/^(native|portable)/);
});
