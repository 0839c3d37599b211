// A Fastify service for other programs: API keys with scopes, attacks stopped, leaks in answers noticed.
//   node examples/fastify.ts      prints a key and how to use it
import Fastify from 'fastify';
import { ApiKeys, Authenticator, fastifyAuth, memoryStorage } from 'wolfsec/auth';
import { Bans, guardFastify, HttpGuard } from 'wolfsec/http';
import { redact } from 'wolfsec/match';

const keys = new ApiKeys({ storage: memoryStorage().apiKeys, prefix: 'demo_live' });
const { key } = await keys.create({ ownerId: 'reports', name: 'nightly reports', scopes: ['reports:read'] });

const app = Fastify();
guardFastify(app, new HttpGuard({ mode: 'block', bans: new Bans() }));
const mayRead = fastifyAuth(new Authenticator({ apiKeys: keys }), { scopes: ['reports:read'] });
const mayWrite = fastifyAuth(new Authenticator({ apiKeys: keys }), { scopes: ['reports:write'] });

app.get('/reports', { onRequest: mayRead }, async () => ({ reports: ['2026-01'] }));
app.post('/reports', { onRequest: mayWrite }, async () => ({ written: true }));
// What people paste into a form ends up in logs: secrets are taken out before.
app.post('/feedback', async (request) => ({ logged: redact(JSON.stringify(request.body)) }));

const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
console.log(`listening on ${url}`);
console.log(`curl -H 'Authorization: Bearer ${key}' ${url}/reports`);
