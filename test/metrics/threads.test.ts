import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Registry, ThreadHub } from '../../src/metrics/index.ts';

const script = new URL('./fixtures/counting-thread.ts', import.meta.url);

test('no increment of any thread is lost, neither while it runs nor after it ended', async () => {
  const registry = new Registry();
  registry.counter({ name: 'work', help: 'w', labels: ['kind'] }).inc({ kind: 'a' }, 5);
  const hub = new ThreadHub(registry);
  const times = [30_000, 60_000, 90_000];
  const workers = times.map((each) => {
    const metrics = hub.connect();
    return new Worker(script, { workerData: { metrics, times: each }, transferList: [metrics] });
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const check = async () => {
    const text = Buffer.from((await hub.scrape()).body).toString();
    expect(text).toContain(
      'work_total{kind="a"} 60005\nwork_total{kind="b"} 60000\nwork_total{kind="c"} 60000\n',
    );
    expect(text).toContain('sizes_count 180000');
    expect(text).toContain('plain_count{kind="x"} 180000');
    expect(text).toContain('plain_bucket{kind="x",le="10"} 66000');
    return text;
  };
  expect(await check()).toContain('level 90000');
  const ended = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.postMessage('end');
  await Promise.all(ended);
  while (hub.threads > 0) await new Promise(setImmediate);
  expect(await check()).not.toContain('level');
});
