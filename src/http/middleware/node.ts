import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GuardDecision, GuardedRequest, HttpGuard } from '../guard.ts';
import { blockedBody, blockedHeaders } from './answer.ts';
import { http2StreamOf } from './http2.ts';
import { watchNodeResponse } from './node-response.ts';
import { peekBody } from './peek.ts';

const decisions = new WeakMap<object, GuardDecision>();

/** What the guard decided about a request; `undefined` before it did. */
export function decisionOf(request: object): GuardDecision | undefined {
  return decisions.get(request);
}

/** The same for frameworks that wrap the request. */
export function rememberDecision(request: object, decision: GuardDecision): void {
  decisions.set(request, decision);
}

/**
 * Decides upon a request of Node's server; the body stays readable in full. Where the guard looks at
 * responses, what the application writes to this one is watched.
 */
export async function guardRequest(
  guard: HttpGuard,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<GuardDecision> {
  const guarded: GuardedRequest = {
    method: request.method ?? 'GET',
    url,
    rawHeaders: request.rawHeaders,
    remoteAddress: request.socket.remoteAddress ?? '',
    hasBody: http2StreamOf(request)?.endAfterHeaders === false ? true : undefined,
  };
  const admission = await guard.admit(guarded);
  let decision = admission.decision;
  if (decision.action === 'pass' && decision.mode !== 'off' && !admission.exempt) {
    const { bodyBytes } = admission;
    const peeked = bodyBytes > 0 ? await peekBody(request, bodyBytes, guard.bodyWaitMs) : undefined;
    decision = await guard.examine(guarded, admission, peeked?.body, peeked?.late);
  }
  rememberDecision(request, decision);
  const watch = decision.action === 'pass' ? guard.watchResponse(guarded, decision) : undefined;
  if (watch) watchNodeResponse(watch, response);
  if (guard.followsAnswers) response.once('finish', () => guard.answered(decision, response.statusCode));
  return decision;
}

/** Answers a blocked request. */
export function answerBlocked(decision: GuardDecision, response: ServerResponse): void {
  // HTTP/2 has no such header, and ends one request without ending the others.
  const close = response.req.httpVersionMajor < 2 ? { connection: 'close' } : {};
  response.writeHead(decision.status, { ...blockedHeaders(decision.headers), ...close });
  response.end(blockedBody(decision.status, decision.requestId));
}

/** A listener of `node:http`. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Wraps a handler of `node:http`: `createServer(guardNode(guard, handler))`. */
export function guardNode(guard: HttpGuard, handler: NodeHandler): NodeHandler {
  return async (request, response) => {
    const decision = await guardRequest(guard, request, response, request.url ?? '/').catch(
      (error: unknown) => {
        // The client went away in the middle of its body: there is nobody to answer.
        if (!request.destroyed) response.destroy(error as Error);
        return undefined;
      },
    );
    if (decision === undefined) return;
    for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value);
    if (decision.action === 'block') answerBlocked(decision, response);
    else await handler(request, response);
  };
}
