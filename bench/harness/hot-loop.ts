// node bench/harness/hot-loop.ts <area> [--only TEXT] [--case NAME] [--seconds N]
// Runs the chosen cases of a bench without timing them: something for a profiler to look at.
import { basename, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { SuiteDefinition } from './suite.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    case: { type: 'string' },
    seconds: { type: 'string', default: '5' },
  },
});
const area = basename(positionals[0] ?? '', '.bench.ts');
const file = resolve(import.meta.dirname, '..', `${area}.bench.ts`);
const { default: definition } = (await import(pathToFileURL(file).href)) as { default: SuiteDefinition };
const { groups } = await definition.collect();
const chosen = groups.filter((group) => group.name.includes(options.only));
if (chosen.length === 0) throw new Error(`${area} has no group with "${options.only}" in its name`);

const shareMs = (Number(options.seconds) * 1000) / chosen.length;
for (const { name, options: groupOptions, cases } of chosen) {
  const made = typeof cases === 'function' ? await cases() : cases;
  const runs = Object.entries(made).filter(([key, run]) => run && key === (options.case ?? key));
  console.error(`${name}: ${runs.map(([key]) => key).join(', ') || 'no such case'}`);
  for (const [, given] of runs) {
    const run = typeof given === 'object' ? given.run : given;
    const end = performance.now() + shareMs / runs.length;
    let turned = performance.now();
    for (let i = 0, now = turned; run && now < end; now = performance.now()) {
      // The event loop has its turns, as in a service: what `profile:loop` sees held up is then held by a single call.
      if (now - turned > 2) {
        await turn();
        turned = performance.now();
      }
      for (let burst = 0; burst < 16; burst++) {
        const result = run(i++);
        if (result instanceof Promise) await result;
      }
    }
  }
  await groupOptions.teardown?.();
}
