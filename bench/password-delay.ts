// How long the event loop is held up while 100 password hashes wait: the 99th percentile, in milliseconds.
// Run: node bench/password-delay.ts [hashes]
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PasswordHasher } from '../src/crypto/index.ts';
import { backend } from '../src/index.ts';

const count = Number(process.argv[2] ?? 100);
const hasher = new PasswordHasher();
await hasher.hash('warm up');

const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
const idle = monitorEventLoopDelay({ resolution: resolutionMs });
idle.enable();
await new Promise((resolve) => setTimeout(resolve, 1000));
idle.disable();

delay.enable();
const startMs = performance.now();
await Promise.all(Array.from({ length: count }, (_, i) => hasher.hash(`password ${i}`)));
const spanMs = performance.now() - startMs;
delay.disable();

const p99Ms = (histogram: typeof delay) => histogram.percentile(99) / 1e6;
console.log(
  `${backend().name}: ${count} argon2id hashes (19 MiB, t=2) in ${(spanMs / 1000).toFixed(2)} s, ` +
    `event-loop interval p99 ${p99Ms(delay).toFixed(2)} ms of ${resolutionMs} ms asked for (idle: ${p99Ms(idle).toFixed(2)} ms)`,
);
