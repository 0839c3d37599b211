import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ClusterHub, Registry } from '../../src/metrics/index.ts';

test('workers of node:cluster add up, and what an ended one counted stays', async () => {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./fixtures/counting-process.ts', import.meta.url)),
    execArgv: [],
  });
  using hub = new ClusterHub(new Registry());
  const text = async () => Buffer.from((await hub.scrape()).body).toString();
  const workers = [100, 300].map((times) => cluster.fork({ TIMES: `${times}` }));
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    expect(await text()).toMatch(/^work_total 400$/m);
    expect(await text()).toMatch(/^level 200$/m);
    const ended = once(workers[0]!, 'exit');
    workers[0]!.kill();
    await ended;
    expect(await text()).toMatch(/^work_total 400$/m);
    expect(await text()).toMatch(/^level 300$/m);
  } finally {
    for (const worker of workers) worker.kill();
  }
});
