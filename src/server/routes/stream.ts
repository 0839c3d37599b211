import type { FastifyInstance } from 'fastify';
import { access, stillHolds } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { errorBody, hinted } from '../errors.ts';

/** How often a stream's session or key is looked at: one that ended or was revoked ends the stream. */
const checkEveryMs = 15_000;

/** How long a client may take to read the rest of a stream that ends. */
const endMs = 2_000;

/** What happens, as server-sent events. */
export async function mountStream(app: FastifyInstance, context: ServerContext) {
  const { stream } = context;
  app.get('/v1/stream', { onRequest: access(context, 'read') }, async (request, reply) => {
    if (stream.full) {
      const message = 'too many pages watch: close one and try again';
      return hinted(reply, 503).send(errorBody({ status: 503, code: 'WOLFSEC_LIMIT_EXCEEDED', message }));
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // Proxies that buffer would hold events back.
      'x-accel-buffering': 'no',
    });
    raw.on('error', () => {});
    // Gone while it was found out who asks: its end will not be told any more.
    if (raw.destroyed || request.raw.destroyed) return reply;
    // A client that takes nothing never gets to the end of it.
    const end = () => {
      raw.end();
      setTimeout(() => raw.destroy(), endMs).unref();
    };
    const last = request.headers['last-event-id'];
    const drop = stream.open(
      {
        write: (text) => void raw.write(text),
        end,
        backlogBytes: () => raw.writableLength,
      },
      typeof last === 'string' ? last : undefined,
    );
    const check = setInterval(() => {
      void stillHolds(context, request).then(
        (holds) => holds || end(),
        () => {},
      );
    }, checkEveryMs).unref();
    raw.on('close', () => {
      clearInterval(check);
      drop();
    });
    return reply;
  });
}
