// An Express service with attacks stopped, sign-in by sessions, and metrics.
//   node examples/express.ts      then: curl 'localhost:3000/posts?q=1%27%20OR%201=1--'
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Authenticator, expressAuth, memoryStorage, Passwords, Sessions, setCookie } from 'wolfsec/auth';
import { expressGuard, HttpGuard, RateLimiter } from 'wolfsec/http';
import { defaultRegistry, incrementCounter, watchRuntime } from 'wolfsec/metrics';

const guard = new HttpGuard({
  mode: 'block',
  limiter: new RateLimiter({ requests: 100, spanMs: 60_000 }),
  onDetection: (detections) => {
    for (const { level, title } of detections) console.log(`${level}: ${title}`);
    incrementCounter('attacks', detections.length);
  },
});
const storage = memoryStorage(); // openStore() of wolfsec/store keeps what is in it
const passwords = new Passwords({ storage: storage.records });
const sessions = new Sessions({ storage: storage.sessions });
const signedIn = expressAuth(new Authenticator({ sessions }));
await passwords.enrol('ada', 'user-1', 'correct horse battery staple');
watchRuntime(defaultRegistry());

const app = express();
app.use(expressGuard(guard), express.json());

app.post('/login', async (request, response) => {
  const { name = '', password = '' } = request.body ?? {};
  const checked = await passwords.login(String(name), String(password), { address: request.ip });
  if (!checked.ok) {
    response.status(401).json({ error: 'unauthorized' });
    return;
  }
  const { token } = await sessions.create({ userId: checked.userId, methods: ['pwd'] });
  response.set('set-cookie', setCookie(token)).json({ hello: checked.userId });
});
app.get('/posts', (request, response) => {
  response.json({ found: `nothing about ${request.query.q}` });
});
app.get('/me', signedIn, (request, response) => {
  response.json({ you: (request as typeof request & { auth?: { userId?: string } }).auth?.userId });
});
app.get('/metrics', async (request, response) => {
  const { contentType, body } = await defaultRegistry().scrape(request.headers.accept);
  response.type(contentType).send(body);
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
