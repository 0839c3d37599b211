import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ThreatDetector } from '../../src/index.ts';
import { Registry } from '../../src/metrics/index.ts';

const rules = resolve('docs/prometheus-alerts.yml');

/** Whether an alert fires some time after the start, where a counter reads `values` minute by minute. */
function fires(alert: string, series: string, values: string, at = '8m'): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'wolfsec-alerts-'));
  try {
    const file = join(folder, 'test.json');
    const expected = { eval_time: at, alertname: alert, exp_alerts: [] };
    const input = { interval: '1m', input_series: [{ series, values }], alert_rule_test: [expected] };
    writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests: [input] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    expect(stdout + stderr).toMatch(status === 0 ? /SUCCESS/ : /got:\[\s*0:/);
    return status !== 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.for([
  ['WolfsecValuesRejected', 'wolfsec_metrics_rejected_total'],
  ['WolfsecSeriesOverflow', 'wolfsec_metrics_overflow_total'],
])(
  '%s fires for a series that begins above zero, and not for one that stands still',
  ([alert, name], { skip }) => {
    if (spawnSync('promtool', ['--version']).error)
      return skip('promtool is not installed (apt-get install prometheus)');
    const series = `${name}{metric="m",instance="i"}`;
    expect(fires(alert!, series, '_ _ _ _ _ 3x10')).toBe(true);
    expect(fires(alert!, series, '3x5 4x10')).toBe(true);
    expect(fires(alert!, series, '3x60', '30m')).toBe(false);
  },
);

test('the first load of rules that fails is a rise from zero', async () => {
  const registry = new Registry();
  using _ = await ThreatDetector.create({ rules: [], registry });
  expect(await registry.text()).toContain('wolfsec_detect_loads_total{outcome="failure"} 0\n');
});
