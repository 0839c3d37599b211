// The service under load: sessions by cookie, logins by password, in a process of its own.
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import fastify from 'fastify';
import {
  Authenticator,
  cookieName,
  fastifyAuth,
  fastifyPrincipal,
  memoryStorage,
  Passwords,
  Sessions,
  setCookie,
} from '../../src/auth/index.ts';
import { argon2Default, PasswordHasher } from '../../src/crypto/index.ts';

/** What the service tells its parent when it is ready, and when it ends. */
export type ServerMessage =
  | {
      readonly kind: 'ready';
      readonly port: number;
      readonly cookies: readonly string[];
      readonly hashMs: number;
      readonly hashCpuMs: number;
    }
  | { readonly kind: 'delay'; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };

const password = 'correct horse battery staple';
const users = 200;
const resolutionMs = 1;

const storage = memoryStorage();
const sessions = new Sessions({ storage: storage.sessions });
const hasher = new PasswordHasher({ cost: argon2Default, concurrency: Number(process.env.HASHES ?? 1) });
// One hash serves all: the load verifies it, which is what costs.
const stored = await hasher.hash(password);
const sharing = {
  hash: async () => stored,
  verify: (hash: string, text: string) => hasher.verify(hash, text),
  needsRehash: () => false,
};
const passwords = new Passwords({ storage: storage.records, hasher: sharing });
const cookies: string[] = [];
for (let i = 0; i < users; i++) {
  await passwords.enrol(`user-${i}`, `u${i}`, password);
  const { token } = await sessions.create({ userId: `u${i}` });
  cookies.push(`${cookieName()}=${token}`);
}

const app = fastify();
app.get('/me', { onRequest: fastifyAuth(new Authenticator({ sessions })) }, async (request) => ({
  userId: fastifyPrincipal(request)?.userId,
}));
app.post<{ Body: { name: string; password: string } }>('/login', async ({ body, ip }, reply) => {
  const checked = await passwords.login(body.name, body.password, { address: ip });
  if (!checked.ok) return reply.code(401).send({ error: 'unauthorized' });
  const { token } = await sessions.create({ userId: checked.userId });
  return reply.header('set-cookie', setCookie(token)).send({ ok: true });
});
await app.listen({ port: 0, host: '127.0.0.1' });

const startedMs = performance.now();
const startedCpu = process.cpuUsage();
for (let i = 0; i < 10; i++) await hasher.verify(stored, password);
const hashMs = (performance.now() - startedMs) / 10;
const hashCpuMs = process.cpuUsage(startedCpu).user / 1000 / 10;

const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
const tell = (message: ServerMessage) => process.send?.(message);
process.on('message', async (word) => {
  if (word === 'reset') delay.reset();
  if (word !== 'end') return;
  // The histogram holds the whole time between two looks, of which the resolution is no delay.
  const ms = (ns: number) => Math.max(0, ns / 1e6 - resolutionMs);
  tell({
    kind: 'delay',
    p50Ms: ms(delay.percentile(50)),
    p99Ms: ms(delay.percentile(99)),
    maxMs: ms(delay.max),
  });
  await app.close();
  process.disconnect();
});
tell({ kind: 'ready', port: (app.server.address() as AddressInfo).port, cookies, hashMs, hashCpuMs });
