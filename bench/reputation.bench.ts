import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { IpSet } from '../src/match/index.ts';
import { Reputation } from '../src/reputation/index.ts';
import { backends, suite } from './harness/index.ts';

const dotted = (value: number) =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

/** A million /24 to /32 prefixes, spread over the address space by a fixed multiplier. */
function list(seed: number): string {
  const lines: string[] = [];
  for (let n = 0; n < 1_000_000; n++) {
    lines.push(`${dotted(Math.imul(n + seed, 2_654_435_761) >>> 0)}/${24 + (n % 9)}`);
  }
  return lines.join('\n');
}

/** How long the event loop was held, at most and at the 99th percentile, while `work` ran. */
async function held(work: () => Promise<unknown>): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return `${(delay.max / 1e6).toFixed(1)} ms at most, p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`;
}

export default suite('reputation', async (s) => {
  const million = list(1);
  const reputation = new Reputation();
  await reputation.load({ name: 'million', text: million });
  const next = list(2);
  let tookMs = 0;
  const swapping = await held(async () => {
    const beganMs = performance.now();
    await reputation.load({ name: 'million', text: next });
    tookMs = performance.now() - beganMs;
  });
  const idle = await held(() => sleep(tookMs));
  s.note(
    `swap of a feed of a million prefixes: ${tookMs.toFixed(0)} ms in all, the event loop held ${swapping} (doing nothing for as long: ${idle}; 1 ms is the resolution)`,
  );

  const values = Array.from({ length: 4_096 }, (_, n) => Math.imul(n, 40_503_011) >>> 0);
  const addresses = values.map(dotted);
  const packed = new Uint8Array(16 * values.length);
  const view = new DataView(packed.buffer);
  for (const [n, value] of values.entries()) {
    view.setUint16(16 * n + 10, 0xffff);
    view.setUint32(16 * n + 12, value);
  }
  const { native, portable } = backends();
  const sets = {
    native: native && IpSet.parse(million, { backend: native }),
    portable: IpSet.parse(million, { backend: portable }),
  };
  s.group(
    'a million prefixes, 4,096 addresses together',
    { opsPerCall: values.length },
    {
      native: sets.native && (() => sets.native!.lookupPacked(packed)),
      portable: () => sets.portable.lookupPacked(packed),
    },
  );
  s.group(
    'a million prefixes, one address',
    { check: (value) => value ?? 'not listed' },
    {
      native: sets.native && ((i) => sets.native!.lookup(addresses[i & 4_095] as string)),
      portable: (i) => sets.portable.lookup(addresses[i & 4_095] as string),
    },
  );
  s.group(
    'a million prefixes, the verdict on one address',
    { check: () => 'answered' },
    {
      // What the text is, every feed, what was learned; the verdict and its sources are made anew each time.
      check: (i) => reputation.check(addresses[i & 4_095] as string),
    },
  );
});
