import { expect, test } from 'vitest';
import { Registry, ThreadHub, threadRegistry } from '../../src/metrics/index.ts';

const told = () => new Promise(setImmediate);

test('what ended threads counted is bounded in series, and none of it is lost', async () => {
  const hub = new ThreadHub(new Registry());
  for (let thread = 0; thread < 3; thread++) {
    const port = hub.connect();
    const counter = threadRegistry(port).counter({ name: 'jobs', help: 'j', labels: ['id'] });
    for (let i = 0; i < 6_000; i++) counter.inc({ id: `${thread}.${i}` });
    await told();
    port.close();
    while (hub.threads > 0) await told();
  }
  const { families } = hub.snapshot();
  const jobs = families.find(({ name }) => name === 'jobs')!.series;
  expect(jobs).toHaveLength(10_001);
  expect(jobs.find(({ labels }) => labels.id === '__overflow__')?.value).toBe(8_000);
  const overflow = families.find(({ name }) => name === 'wolfsec_metrics_overflow');
  expect(overflow?.series).toMatchObject([{ labels: { metric: 'jobs' }, value: 8_000 }]);
});
