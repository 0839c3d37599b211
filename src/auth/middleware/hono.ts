import type { Authenticator } from './authenticator.ts';
import { answerTo, type MiddlewareOptions } from './refusal.ts';

interface HonoContext {
  readonly req: { readonly method: string; header(name: string): string | undefined };
  set(name: string, value: unknown): void;
  json(body: object, status: 401 | 403, headers: Record<string, string>): Response;
}

export interface HonoAuthOptions<C> extends MiddlewareOptions {
  /** The client's address: Hono leaves it to the runtime, e.g. `getConnInfo(c).remote.address`. */
  readonly address?: (context: C) => string | undefined;
}

/** Middleware for Hono: puts the principal in `c.get('auth')`, or answers 401 or 403. */
export function honoAuth<C extends HonoContext>(
  authenticator: Authenticator,
  options: HonoAuthOptions<C> = {},
) {
  const { optional, address, ...requirement } = options;
  // biome-ignore lint/suspicious/noConfusingVoidType: Hono types its middleware so.
  return async (context: C, next: () => Promise<void>): Promise<Response | void> => {
    const { req } = context;
    const header = (name: string) => req.header(name);
    const found = await authenticator.authenticate(
      { method: req.method, header, address: address?.(context) },
      requirement,
    );
    if (found.ok) context.set('auth', found.principal);
    else if (!(optional && found.status === 401)) {
      const { status, headers, body } = answerTo(found);
      return context.json(body, status, { ...headers });
    }
    await next();
  };
}
