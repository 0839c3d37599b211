import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpGuard } from '../guard.ts';
import { answerBlocked, guardRequest } from './node.ts';

/** Express 5 (and Connect): `app.use(expressGuard(guard))`, before any body parser. */
export function expressGuard(guard: HttpGuard) {
  return (
    request: IncomingMessage & { originalUrl?: string },
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void => {
    guardRequest(guard, request, response, request.originalUrl ?? request.url ?? '/').then((decision) => {
      for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value);
      if (decision.action === 'block') answerBlocked(decision, response);
      else next();
    }, next);
  };
}
