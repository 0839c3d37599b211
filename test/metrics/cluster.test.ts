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

test('an answer that comes late stands for the worker from then on, and numbers are what they were', async () => {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./fixtures/late-process.ts', import.meta.url)),
    execArgv: [],
  });
  using hub = new ClusterHub(new Registry(), { timeoutMs: 20 });
  const text = async () => Buffer.from((await hub.scrape()).body).toString();
  const worker = cluster.fork();
  try {
    await once(worker, 'message');
    expect(await text()).not.toContain('late_total');
    const answered = new Promise<void>((resolve) =>
      worker.on('message', (message) => message === 'answered' && resolve()),
    );
    worker.send('answer');
    await answered;
    const shown = await text();
    expect(shown).toMatch(/^late_total 3$/m);
    expect(shown).toMatch(/^endless \+Inf$/m);
    expect(shown).toMatch(/^below -Inf$/m);
  } finally {
    worker.kill();
  }
});
