import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WolfsecError } from '../../errors.ts';
import type { IngestOutcome } from '../../pipeline/index.ts';
import { uuidv7At } from '../../store/index.ts';
import { access, ownerOf } from '../access.ts';
import { BodyBudget, unpack } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { type Answer, answerTo, errorBody, hinted } from '../errors.ts';

/** A front door: a kind of request that brings events. */
export interface Door {
  /** For metrics and event references. */
  readonly name: string;
  readonly paths: readonly string[];
  /** Answers with what became of the body. */
  handle(body: Buffer, request: FastifyRequest, take: Take): Promise<Reply>;
  /** How the body is packed. Default: as `Content-Encoding` says. */
  packing?(request: FastifyRequest): string | undefined;
  /** The body of a refusal as clients of the protocol read it; bytes are protobuf. Default: `{ error }`. */
  refusal?(answer: Answer, request: FastifyRequest): object;
}

type Take = (ndjson: Uint8Array) => Promise<IngestOutcome>;

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const protobufType = 'application/x-protobuf';

/** Puts up doors whose bodies arrive as raw bytes, and within a budget. */
export async function mountDoors(app: FastifyInstance, context: DoorContext, doors: readonly Door[]) {
  const { config, pipeline, onError } = context;
  const budget = new BodyBudget(config.maxQueueBytes);
  const frees = new WeakMap<FastifyRequest, () => void>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: config.maxBodyBytes }, (_, body, done) =>
    done(null, body),
  );
  const free = async (request: FastifyRequest) => frees.get(request)?.();
  app.addHook('onResponse', free);
  app.addHook('onRequestAbort', free);

  for (const door of doors) {
    const refused = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
      const answer = answerTo(error);
      if (answer.status >= 500) onError(error);
      const body = door.refusal?.(answer, request) ?? errorBody(answer);
      if (Buffer.isBuffer(body)) reply.type(protobufType);
      return hinted(reply, answer.status).send(body);
    };
    const packing = (request: FastifyRequest) =>
      door.packing ? door.packing(request) : request.headers['content-encoding'];
    const makeRoom = async (request: FastifyRequest, reply: FastifyReply) => {
      const freed = pipeline.hasRoom()
        ? budget.reserve(expectedBytes(request, packing(request), config.maxBodyBytes))
        : undefined;
      if (freed) frees.set(request, freed);
      else return refused(request, reply, pipeline.figures().closing ? closing() : full());
    };
    const counted = async (request: FastifyRequest, reply: FastifyReply) => {
      const decision = await context.limiter?.consume(limitKey(request));
      if (!decision || decision.allowed) return undefined;
      const seconds = String(Math.ceil(decision.retryAfterMs / 1000));
      return refused(request, reply.header('retry-after', seconds), tooMany());
    };
    const handler = async (request: FastifyRequest, reply: FastifyReply) => {
      const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const body = await unpack(raw, packing(request), config.maxBodyBytes);
      const source = sourceOf(door.name, request);
      const take: Take = (ndjson) =>
        within(config.ackTimeoutMs, pipeline.take({ ndjson, door: door.name, source }));
      const { status, body: answer, headers = {} } = await door.handle(body, request, take);
      return reply.code(status).headers(headers).send(answer);
    };
    for (const url of door.paths) {
      app.route({
        method: 'POST',
        url,
        onRequest: [access(context, 'ingest'), counted, makeRoom],
        handler,
        errorHandler: (error, request, reply) => refused(request, reply, error),
      });
    }
  }
}

/** What the body takes at most: packed and chunked ones may grow up to the limit. */
function expectedBytes(request: FastifyRequest, packing: string | undefined, maxBodyBytes: number): number {
  const length = Number(request.headers['content-length']);
  return packing !== undefined || !Number.isSafeInteger(length)
    ? maxBodyBytes
    : Math.min(length, maxBodyBytes);
}

/** A sender that names its batch may send it again without its events counting twice. */
function sourceOf(door: string, request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return `${door}:${uuidv7At(Date.now())}`;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key)) {
    throw new WolfsecError(
      'WOLFSEC_INVALID_ARGUMENT',
      'Idempotency-Key must be 1 to 128 visible ASCII characters',
    );
  }
  // A name may hold what parts it from the key: no owner's batches are taken for another's.
  const owner = ownerOf(request).replaceAll(/[%:]/g, encodeURIComponent);
  return `${door}:${owner}:${key}`;
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new WolfsecError(
            'WOLFSEC_STORE_UNAVAILABLE',
            'the events were taken in but are not stored yet: send them again, under the same Idempotency-Key',
          ),
        ),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Whoever waited has been answered; what the batch comes to afterwards shows in the metrics.
    work.catch(() => {});
  }
}

/** Whose requests are counted together: a key's owner's, or those of an address that needs none. */
const limitKey = (request: FastifyRequest) => {
  const owner = ownerOf(request);
  return owner === 'local' ? `address:${request.ip}` : `owner:${owner}`;
};

const tooMany = () =>
  new WolfsecError('WOLFSEC_QUEUE_FULL', 'more requests than allowed within a minute: send the batch later');
const full = () => new WolfsecError('WOLFSEC_QUEUE_FULL', 'the engine is busy: send the batch again later');
const closing = () => new WolfsecError('WOLFSEC_DISPOSED', 'the engine is shutting down');
