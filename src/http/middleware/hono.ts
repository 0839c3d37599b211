import { Buffer } from 'node:buffer';
import type { GuardedRequest, HttpGuard } from '../guard.ts';
import { blockedBody, blockedHeaders } from './answer.ts';
import { watchWebResponse } from './web-response.ts';

/** The part of a Hono context that is used. */
export interface HonoContextLike {
  readonly req: { readonly raw: Request; readonly method: string };
  readonly env: unknown;
  get res(): Response;
  set res(response: Response | undefined);
  set(key: string, value: unknown): void;
  header(name: string, value: string): void;
}

/** How the middleware learns who a request is from. */
export interface HonoGuardOptions {
  /** The connection's address. Default: what `@hono/node-server` tells. */
  readonly remoteAddress?: (context: HonoContextLike) => string;
}

/** Hono, on any runtime: `app.use(honoGuard(guard))`; the decision is at `c.get('wolfsec')`. */
export function honoGuard(guard: HttpGuard, options: HonoGuardOptions = {}) {
  const remoteAddress = options.remoteAddress ?? nodeServerAddress;
  return async (context: HonoContextLike, next: () => Promise<void>): Promise<Response | undefined> => {
    const { raw } = context.req;
    const url = new URL(raw.url);
    const rawHeaders: string[] = [];
    raw.headers.forEach((value, name) => {
      rawHeaders.push(name, value);
    });
    const request: GuardedRequest = {
      method: raw.method,
      url: url.pathname + url.search,
      rawHeaders,
      remoteAddress: remoteAddress(context),
      hasBody: raw.body !== null,
    };
    const admission = await guard.admit(request);
    let { decision } = admission;
    if (decision.action === 'pass' && decision.mode !== 'off' && !admission.exempt) {
      const body =
        raw.body !== null && admission.bodyBytes > 0 ? await head(raw, admission.bodyBytes) : undefined;
      decision = await guard.examine(request, admission, body);
    }
    context.set('wolfsec', decision);
    if (decision.action === 'block') {
      return new Response(blockedBody(decision.status, decision.requestId), {
        status: decision.status,
        headers: blockedHeaders(decision.headers),
      });
    }
    for (const [name, value] of Object.entries(decision.headers)) context.header(name, value);
    await next();
    guard.answered(decision, context.res.status);
    const watch = guard.watchResponse(request, decision);
    const response = context.res;
    const watched = watch ? await watchWebResponse(watch, response) : response;
    if (watched !== response) {
      // Set over another response, Hono would bring that one's headers back.
      context.res = undefined;
      context.res = watched;
    }
    return undefined;
  };
}

/** The start of a body, read from a clone: the application's own stays whole. */
async function head(request: Request, most: number): Promise<Uint8Array> {
  const reader = (request.clone().body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < most) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  // The other branch of the clone must not wait for this one.
  void reader.cancel().catch(() => undefined);
  return Buffer.concat(chunks).subarray(0, most);
}

function nodeServerAddress(context: HonoContextLike): string {
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? '';
}
