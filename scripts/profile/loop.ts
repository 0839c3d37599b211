// npm run profile:loop -- <target>: event-loop delay, and the stacks that held the loop up.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { profilePath, readTarget, run } from './target.ts';

const target = readTarget('profile:loop');
const base = profilePath(target.name);
rmSync(`${base}.blocked.json`, { force: true });
const recorder = pathToFileURL(join(import.meta.dirname, 'loop-record.ts')).href;
run(process.execPath, ['--no-warnings', '--import', recorder, ...target.arguments], {
  WOLFSEC_PROFILE_BASE: base,
});

const { percentiles, meanMs, utilization } = JSON.parse(readFileSync(`${base}.loop.json`, 'utf8')) as {
  percentiles: Record<string, number>;
  meanMs: number;
  utilization: number;
};
console.log(
  `\nevent loop: busy ${(utilization * 100).toFixed(1)} % of the time; delay, 5 ms of it the sampling itself:`,
);
console.log(`  mean ${meanMs} ms`);
for (const [p, ms] of Object.entries(percentiles)) console.log(`  p${p} ${ms} ms`);

const blocked = existsSync(`${base}.blocked.json`)
  ? (JSON.parse(readFileSync(`${base}.blocked.json`, 'utf8')) as {
      stack: string[];
      count: number;
      longestMs: number;
    }[])
  : [];
const limit = process.env.WOLFSEC_BLOCKED_MS ?? '20';
console.log(`\nheld up for ${limit} ms or more (WOLFSEC_BLOCKED_MS): ${blocked.length === 0 ? 'never' : ''}`);
for (const { stack, count, longestMs } of blocked.sort((a, b) => b.count - a.count).slice(0, 5)) {
  console.log(`  seen ${count} times, for up to ${longestMs.toFixed(0)} ms:`);
  for (const frame of stack) console.log(`    ${frame}`);
}
