import { clearCookie, readCookie, setCookie } from '../auth/index.ts';

const cookie = 'wolfsec';

/** What of a request tells its session. */
export interface CookieRequest {
  /** The `Cookie` header. */
  readonly cookie: string | undefined;
  /** Whether the page was asked for by a loopback name, where there is no TLS to insist on. */
  readonly loopback: boolean;
}

/** The token of the session that a request's cookie names. */
export const tokenOf = (request: CookieRequest) => readCookie(request.cookie, cookie, request.loopback);

/** `Set-Cookie` for a session that began; the browser keeps it until it closes. */
export const sessionCookie = (token: string, loopback: boolean) =>
  setCookie(token, { name: cookie, sameSite: 'Strict', loopback });

export const noCookie = (loopback: boolean) => clearCookie({ name: cookie, sameSite: 'Strict', loopback });
