import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from '../context.ts';
import { type Packing, type PageFile, readPage } from '../page-files.ts';
import { missing } from './answers.ts';

/** Scripts, styles and requests of our own alone; nothing inline, no frame around us, no HTML from strings. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** The page for people: the same files for everybody, which hold nothing secret. */
export async function mountPage(app: FastifyInstance, _: ServerContext) {
  let files: ReadonlyMap<string, PageFile> | undefined;
  const file = (name: string) => {
    files ??= readPage();
    return files?.get(name);
  };
  app.get('/', async (request, reply) => {
    const index = file('index.html');
    if (index) return sendFile(request, reply.header('cache-control', 'no-cache'), index);
    return reply
      .code(503)
      .type('text/plain')
      .send('The dashboard has not been built: npm run build:dashboard\n');
  });
  app.get<{ Params: { file: string } }>('/assets/:file', async (request, reply) => {
    const found = file(`assets/${request.params.file}`);
    if (!found) return reply.code(404).send(missing('file'));
    // Their names hold a hash of what is in them.
    return sendFile(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), found);
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, body, packed }: PageFile) {
  const packing = packingFor(request.headers['accept-encoding'], packed);
  reply.headers(headers).header('content-type', type).header('vary', 'accept-encoding');
  if (packing === undefined) return reply.send(body);
  return reply.header('content-encoding', packing).send(packed[packing]);
}

function packingFor(
  accepted: string | string[] | undefined,
  packed: PageFile['packed'],
): Packing | undefined {
  const names = new Set(
    String(accepted ?? '')
      .split(',')
      .filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
      .map((one) => one.split(';')[0]?.trim()),
  );
  return (['br', 'gzip'] as const).find((name) => names.has(name) && packed[name]);
}
