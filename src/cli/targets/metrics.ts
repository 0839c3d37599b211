import { Metrics } from '../../metrics/index.ts';
import { type Probe, p99, rate } from './probe.ts';

const operations = Array.from({ length: 16 }, (_, i) => `operation_${i}`);

/** Records by name, as a service makes them: no handle kept, each name looked up. */
export const metricsProbe: Probe = {
  name: 'metrics',
  async run(budgetMs) {
    const metrics = new Metrics();
    let i = 0;
    const record = () => {
      const name = operations[i++ & 15] as string;
      metrics.incrementCounter(`${name}_total`);
      metrics.gauge(`${name}_active`, i);
      metrics.recordLatency(name, i & 1023);
    };
    return { metricsRate: await rate(budgetMs / 2, 3, record), metricsP99: await p99(budgetMs / 2, record) };
  },
};
