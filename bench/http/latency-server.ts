// A small Fastify service, with the guard where told so; says its port to its parent.
import Fastify from 'fastify';
import { guardFastify, HttpGuard } from '../../src/http/index.ts';

const app = Fastify();
if (process.argv[2] === 'guarded') guardFastify(app as never, new HttpGuard({ mode: 'block' }));
app.post('/orders', async (request) => ({ taken: Object.keys(request.body as object).length }));
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.send?.(typeof address === 'object' ? address?.port : undefined);
process.on('disconnect', () => process.exit());
