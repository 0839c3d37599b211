import type { FastifyReply } from 'fastify';
import { WolfsecError } from '../errors.ts';

const statuses: Readonly<Record<string, number>> = {
  WOLFSEC_QUEUE_FULL: 429,
  WOLFSEC_LIMIT_EXCEEDED: 413,
  WOLFSEC_FORMAT_UNKNOWN: 415,
  WOLFSEC_EVENT_INVALID: 400,
  WOLFSEC_INPUT_DAMAGED: 400,
  WOLFSEC_INVALID_ARGUMENT: 400,
  WOLFSEC_DISPOSED: 503,
  WOLFSEC_ABORTED: 503,
  WOLFSEC_STORE_FULL: 503,
  WOLFSEC_STORE_UNAVAILABLE: 503,
  WOLFSEC_BROKER_UNAVAILABLE: 503,
};

/** An error as it is answered; what is our own fault keeps its details to itself. */
export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function answerTo(error: unknown): Answer {
  const { code = '', statusCode, message } = error as { code?: string; statusCode?: number; message: string };
  if (error instanceof WolfsecError) {
    const status = statuses[code] ?? 500;
    return status === 500 ? internal : { status, code, message };
  }
  // Fastify's own refusals: a body too large, a query that does not fit its schema.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: code || 'bad_request', message };
  }
  return internal;
}

const internal: Answer = { status: 500, code: 'WOLFSEC_INTERNAL', message: 'the request failed inside' };

/** 429 and 503 say when to come again. */
export function hinted(reply: FastifyReply, status: number): FastifyReply {
  if ((status === 429 || status === 503) && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  return reply.code(status);
}

export const errorBody = ({ code, message }: Answer) => ({ error: { code, message } });
