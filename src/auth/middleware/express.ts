import type { Authenticator, Principal } from './authenticator.ts';
import { answerTo, type MiddlewareOptions, nodeHeader } from './refusal.ts';

interface ExpressRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ip?: string | undefined;
  auth?: Principal;
}
interface ExpressResponse {
  status(code: number): ExpressResponse;
  set(headers: Record<string, string>): unknown;
  json(body: unknown): unknown;
}

/** Middleware for Express: puts the principal in `request.auth`, or answers 401 or 403. */
export function expressAuth(authenticator: Authenticator, options: MiddlewareOptions = {}) {
  const { optional, ...requirement } = options;
  return async (
    request: ExpressRequest,
    response: ExpressResponse,
    next: (error?: unknown) => void,
  ): Promise<void> => {
    try {
      const { method, headers, ip } = request;
      const found = await authenticator.authenticate(
        { method, header: nodeHeader(headers), address: ip },
        requirement,
      );
      if (found.ok) request.auth = found.principal;
      else if (!(optional && found.status === 401)) {
        const { status, headers: extra, body } = answerTo(found);
        response.set({ ...extra });
        response.status(status).json(body);
        return;
      }
    } catch (error) {
      next(error);
      return;
    }
    next();
  };
}
