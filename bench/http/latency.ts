// What the guard adds to the latency of a Fastify service under load: two servers side by side, one
// without and one with it, asked in turn at a fixed rate over kept connections. `npm run bench:http-latency`.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const perSecond = Number(process.argv[2] ?? 600);
const seconds = Number(process.argv[3] ?? 20);

const order = {
  name: 'Ana Brien',
  street: '12 Rue de la Paix',
  note: 'Please ring the bell twice and leave the parcel with the neighbour, second door.',
  items: Array.from({ length: 8 }, (_, at) => ({ id: 4000 + at, title: `Chair of row ${at}`, quantity: 1 })),
};
const body = Buffer.from(JSON.stringify(order));
const headers = {
  'content-type': 'application/json',
  'content-length': String(body.length),
  accept: 'application/json, text/plain, */*',
  'accept-language': 'en-GB,en;q=0.7',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  cookie: 'sid=0ce487ff0073b3f371ff2b2cad788031; theme=dark',
};

interface Side {
  readonly name: 'plain' | 'guarded';
  readonly server: ChildProcess;
  readonly port: number;
  readonly agent: Agent;
  readonly times: number[];
}

async function start(name: Side['name']): Promise<Side> {
  const server = fork(resolve(import.meta.dirname, 'latency-server.ts'), [name]);
  const [port] = (await once(server, 'message')) as [number];
  return { name, server, port, agent: new Agent({ keepAlive: true, maxSockets: 32 }), times: [] };
}

function ask({ port, agent }: Side): Promise<number> {
  return new Promise((done, fail) => {
    const from = performance.now();
    const asked = request(
      { host: '127.0.0.1', port, agent, method: 'POST', path: '/orders?step=3&currency=EUR', headers },
      (answer) => {
        if (answer.statusCode !== 200) fail(new Error(`answered ${answer.statusCode}`));
        answer.resume();
        answer.on('end', () => done(performance.now() - from));
      },
    );
    asked.on('error', fail);
    asked.end(body);
  });
}

const sides = [await start('plain'), await start('guarded')] as const;
for (const side of sides) for (let at = 0; at < 2000; at++) await ask(side);

const pending: Promise<unknown>[] = [];
const begun = performance.now();
for (let sent = 0; sent < perSecond * seconds; sent++) {
  const wait = begun + (sent * 1000) / perSecond - performance.now();
  if (wait > 1) await sleep(wait);
  // In turn, so that whatever else the machine does falls upon both alike.
  const side = sides[sent % 2] as Side;
  pending.push(ask(side).then((ms) => side.times.push(ms)));
}
await Promise.all(pending);

const at = (times: number[], share: number): number =>
  times[Math.floor((times.length - 1) * share)] as number;
for (const { times } of sides) times.sort((a, b) => a - b);
const [plain, guarded] = sides;
console.log(
  `${perSecond / 2} requests/s to each, ${body.length} bytes of JSON, ${plain.times.length} answers each`,
);
for (const share of [0.5, 0.9, 0.99]) {
  const [without, withGuard] = [at(plain.times, share), at(guarded.times, share)];
  console.log(
    `  p${share * 100}: ${without.toFixed(3)} ms without, ${withGuard.toFixed(3)} ms with, ${(withGuard - without).toFixed(3)} ms added`,
  );
}
for (const { server, agent } of sides) {
  agent.destroy();
  server.disconnect();
}
