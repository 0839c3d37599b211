import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Registry, ThreadHub, threadRegistry } from '../../src/metrics/index.ts';

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

test('series that take the place of removed ones show, and counts above 32 bits', async () => {
  const hub = new ThreadHub(new Registry());
  const registry = threadRegistry(hub.connect());
  const counter = registry.counter({ name: 'c', help: 'c', labels: ['l'] });
  const histogram = registry.exponentialHistogram({ name: 'h', help: 'h' });
  const told = () => new Promise(setImmediate);
  for (let i = 0; i < 12; i++) {
    counter.labels(i).inc(i);
    await told();
    if (i < 10) counter.remove({ l: i });
    await told();
  }
  histogram.observe(1);
  for (let i = 0; i < 33; i++) histogram.merge(histogram);
  await told();
  const text = Buffer.from((await hub.scrape()).body).toString();
  expect(text.match(/^c_total.*$/gm)).toEqual(['c_total{l="10"} 10', 'c_total{l="11"} 11']);
  expect(text).toContain(`h_count ${2 ** 33}\n`);
});
