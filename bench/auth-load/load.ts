// 95 % session checks and 5 % logins with argon2id at OWASP's parameters, over loopback.
// node bench/auth-load/load.ts [--rate 1100] [--seconds 10] [--hashes 1]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { peer } from '../harness/index.ts';
import type { ServerMessage } from './server.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1100' },
    seconds: { type: 'string', default: '10' },
    hashes: { type: 'string', default: '1' },
  },
});
const rate = Number(values.rate);
const duration = Math.min(60, Number(values.seconds));
const loginShare = 0.05;
const loaded = await peer('autocannon');
if (!loaded) process.exit(2);
const autocannon = loaded.default;

const server = fork(new URL('server.ts', import.meta.url), {
  env: { ...process.env, HASHES: values.hashes },
});
try {
  const ready = await next(server, 'ready');
  const url = `http://127.0.0.1:${ready.port}`;
  const { cookies, hashMs, hashCpuMs } = ready;
  console.log(
    `${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}; one argon2id (19 MiB, t=2) alone: ${hashMs.toFixed(1)} ms, ${hashCpuMs.toFixed(1)} ms of a processor; ${values.hashes} at once`,
  );
  const checks = (seconds: number, overallRate: number) =>
    autocannon({
      url: `${url}/me`,
      connections: 20,
      duration: seconds,
      overallRate,
      setupClient: spread(cookies),
    });
  await checks(2, rate);
  server.send('reset');
  const [checked, loggedIn] = await Promise.all([
    checks(duration, rate * (1 - loginShare)),
    autocannon({
      url: `${url}/login`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Not one whose session is being checked: logins beyond the limit per user end the oldest sessions.
      body: JSON.stringify({ name: 'user-199', password: 'correct horse battery staple' }),
      connections: 20,
      duration,
      overallRate: rate * loginShare,
      timeout: 30,
    }),
  ]);
  server.send('end');
  const delay = await next(server, 'delay');
  for (const [name, result] of [
    ['session checks', checked],
    ['logins', loggedIn],
  ] as const) {
    const { requests, latency, non2xx, errors } = result;
    console.log(
      `${name.padEnd(15)} ${requests.average.toFixed(0)}/s  p50 ${latency.p50} ms  p99 ${latency.p99} ms  max ${latency.max} ms  failed ${non2xx + errors}`,
    );
  }
  console.log(
    `event loop      p50 ${delay.p50Ms.toFixed(2)} ms  p99 ${delay.p99Ms.toFixed(2)} ms  max ${delay.maxMs.toFixed(1)} ms`,
  );
} finally {
  if (server.connected) server.kill();
}

/** Gives each connection a session of its own. */
function spread(cookies: readonly string[]) {
  let i = 0;
  return (client: { setHeaders(headers: Record<string, string>): void }) =>
    client.setHeaders({ cookie: cookies[i++ % cookies.length] as string });
}

async function next<K extends ServerMessage['kind']>(child: ChildProcess, kind: K) {
  for (;;) {
    const [message] = (await once(child, 'message')) as [ServerMessage];
    if (message.kind === kind) return message as Extract<ServerMessage, { kind: K }>;
  }
}
