import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Reputation } from '../src/reputation/index.ts';
import { suite } from './harness/index.ts';

/** A million /24 to /32 prefixes, spread over the address space by a fixed multiplier. */
function list(seed: number): string {
  const lines: string[] = [];
  for (let n = 0; n < 1_000_000; n++) {
    const value = Math.imul(n + seed, 2_654_435_761) >>> 0;
    lines.push(
      `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}/${24 + (n % 9)}`,
    );
  }
  return lines.join('\n');
}

export default suite('reputation', async (s) => {
  const reputation = new Reputation();
  await reputation.load({ name: 'million', text: list(1) });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const next = list(2);
  delay.enable();
  const beganMs = performance.now();
  await reputation.load({ name: 'million', text: next });
  const tookMs = performance.now() - beganMs;
  delay.disable();
  s.note(
    `swap of a feed of a million prefixes: ${tookMs.toFixed(0)} ms in all, the event loop held ${(delay.max / 1e6).toFixed(0)} ms at most (p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms)`,
  );
  const addresses = Array.from({ length: 4_096 }, (_, n) => {
    const value = Math.imul(n, 40_503_011) >>> 0;
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  });
  s.group(
    'a million prefixes, one address',
    { check: () => 'answered' },
    {
      // Verdict and sources are made anew each time; the look-up in the set alone is in bench/match.
      check: (i) => reputation.check(addresses[i & 4_095] as string),
    },
  );
});
