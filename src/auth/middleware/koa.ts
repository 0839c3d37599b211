import type { Authenticator } from './authenticator.ts';
import { answerTo, type MiddlewareOptions, nodeHeader } from './refusal.ts';

interface KoaContext {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ip: string;
  // biome-ignore lint/suspicious/noExplicitAny: Koa types its state so.
  state: any;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
}

/** Middleware for Koa: puts the principal in `context.state.auth`, or answers 401 or 403. */
export function koaAuth(authenticator: Authenticator, options: MiddlewareOptions = {}) {
  const { optional, ...requirement } = options;
  return async (context: KoaContext, next: () => Promise<unknown>): Promise<void> => {
    const { method, headers, ip } = context;
    const found = await authenticator.authenticate(
      { method, header: nodeHeader(headers), address: ip },
      requirement,
    );
    if (found.ok) context.state.auth = found.principal;
    else if (!(optional && found.status === 401)) {
      const { status, headers: extra, body } = answerTo(found);
      context.status = status;
      context.set({ ...extra });
      context.body = body;
      return;
    }
    await next();
  };
}
