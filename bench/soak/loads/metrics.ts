import { Metrics, Registry } from '../../../src/metrics/index.ts';
import type { Load } from '../load.ts';

/** Records of every kind, and a scrape now and then. */
export const metricsLoad: Load = {
  name: 'metrics',
  async start() {
    const registry = new Registry();
    const metrics = new Metrics(registry);
    const names = Array.from({ length: 32 }, (_, i) => `operation_${i}`);
    return {
      step(i) {
        const name = names[i & 31] as string;
        metrics.incrementCounter(`${name}_total`);
        metrics.gauge(`${name}_active`, i & 255);
        metrics.recordLatency(name, i & 1023);
        return i % 256 === 0 ? registry.expose() : undefined;
      },
    };
  },
};
