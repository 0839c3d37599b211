import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpGuard } from '../guard.ts';
import { blockedBody, blockedHeaders } from './answer.ts';
import { guardRequest } from './node.ts';

/** The part of a Koa context that is used. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  readonly state: Record<string, unknown>;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
}

/** Koa: `app.use(koaGuard(guard))`, before any body parser; the decision is at `ctx.state.wolfsec`. */
export function koaGuard(guard: HttpGuard) {
  return async (context: KoaContextLike, next: () => Promise<unknown>): Promise<void> => {
    const decision = await guardRequest(guard, context.req, context.res, context.originalUrl);
    context.state.wolfsec = decision;
    if (decision.action === 'pass') {
      context.set({ ...decision.headers });
      await next();
      return;
    }
    context.status = decision.status;
    context.set(blockedHeaders(decision.headers));
    context.body = blockedBody(decision.status, decision.requestId);
  };
}
