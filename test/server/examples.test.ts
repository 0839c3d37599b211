import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const example = (name: string) => new URL(`../../examples/${name}`, import.meta.url).pathname;
const without =
  spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'there is no systemd here';
if (without) console.info(`skipped: ${without}`);

test.skipIf(without !== undefined).each(['wolfsec.service', 'wolfsec-worker.service'])(
  'systemd takes %s as it is',
  (name) => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', example(name)], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  },
);

test('the units stop later than the service does by itself', () => {
  expect(
    Number(/TimeoutStopSec=(\d+)/.exec(readFileSync(example('wolfsec.service'), 'utf8'))?.[1]),
  ).toBeGreaterThan(10);
});
