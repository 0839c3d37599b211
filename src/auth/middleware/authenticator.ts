import { authorize, type Entitled, type Requirement } from '../authorize.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import type { ApiKey, ApiKeys } from '../key/api-keys.ts';
import { readCookie } from '../session/cookie.ts';
import { type CsrfTokens, isCrossSite, isSafeMethod } from '../session/csrf.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Claims } from '../token/claims.ts';
import type { JwtVerifier } from '../token/jwt/verifier.ts';

/** Who a request comes from, and by what it was told. */
export type Principal = {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
} & (
  | { readonly by: 'session'; readonly session: Session }
  | { readonly by: 'api_key'; readonly apiKey: ApiKey }
  | { readonly by: 'token'; readonly claims: Claims }
);

/** What is looked at of a request, whatever the framework. */
export interface AuthRequest {
  readonly method: string;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** Address of the client, as the framework's own trust in proxies gives it. */
  readonly address?: string | undefined;
}

/** Settings of {@link Authenticator}: which credentials it takes. */
export interface AuthenticatorOptions {
  /** Sessions by `__Host-` cookie. */
  readonly sessions?: Sessions;
  /** Name of the cookie without its prefix. Default `session`. */
  readonly cookie?: string;
  /** Checked on each request with a session that is not GET, HEAD, OPTIONS or TRACE. Strongly advised. */
  readonly csrf?: CsrfTokens;
  /** Header that carries the CSRF token. Default `x-csrf-token`. */
  readonly csrfHeader?: string;
  /** Origins of our own pages, e.g. `https://app.example.com`; others may not send such requests. */
  readonly origins?: readonly string[];
  /** Keys by `Authorization: Bearer` or `X-API-Key`. */
  readonly apiKeys?: ApiKeys;
  /** Tokens by `Authorization: Bearer`. */
  readonly tokens?: JwtVerifier;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Who a request is from, or the status and reason it is refused with. */
export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly status: 401 | 403; readonly reason: string };

const none: Authentication = Object.freeze({ ok: false, status: 401, reason: 'credentials' });
const maxCredentialChars = 16_384;

/** Finds out who a request comes from. The middleware for each framework is a thin skin over it. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  /** Ways of signing in that have no option are never accepted. */
  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * Checks the one credential that the request presents: a bearer first, then an API key header, then the
   * cookie. A presented credential that fails is not made good by another one.
   */
  async authenticate(request: AuthRequest, requirement: Requirement = {}): Promise<Authentication> {
    const context = contextOf(request);
    const found = await this.#identify(request, context);
    if (!found.ok || authorize(found.principal, requirement)) return found;
    this.#tell('access_denied', found.principal.userId, context, 'entitlement');
    return { ok: false, status: 403, reason: 'entitlement' };
  }

  async #identify(request: AuthRequest, context: AuthContext): Promise<Authentication> {
    const { sessions, apiKeys, tokens, cookie } = this.#options;
    const authorization = request.header('authorization');
    if (authorization !== undefined && (apiKeys || tokens)) {
      const bearer = bearerOf(authorization);
      return bearer === undefined ? none : this.#byBearer(bearer, context);
    }
    const key = apiKeys && request.header('x-api-key');
    if (key !== undefined) return this.#byKey(key, context);
    const token = sessions && readCookie(request.header('cookie'), cookie);
    return token === undefined ? none : this.#bySession(token, request, context);
  }

  #byBearer(bearer: string, context: AuthContext): Promise<Authentication> | Authentication {
    const { tokens } = this.#options;
    // Two dots make a signed token; an API key has none.
    return tokens && bearer.includes('.')
      ? this.#byToken(tokens, bearer, context)
      : this.#byKey(bearer, context);
  }

  async #byToken(tokens: JwtVerifier, bearer: string, context: AuthContext): Promise<Authentication> {
    const checked = await tokens.verify(bearer, context);
    if (!checked.ok || typeof checked.claims.sub !== 'string') return none;
    const { claims } = checked;
    const entitled: Required<Entitled> = { roles: list(claims.roles), scopes: scopesOf(claims.scope) };
    return { ok: true, principal: { by: 'token', userId: claims.sub as string, ...entitled, claims } };
  }

  async #byKey(key: string, context: AuthContext): Promise<Authentication> {
    const checked = await this.#options.apiKeys?.check(key, context);
    if (!checked?.ok) return none;
    const { key: apiKey } = checked;
    return {
      ok: true,
      principal: { by: 'api_key', userId: apiKey.ownerId, roles: [], scopes: apiKey.scopes, apiKey },
    };
  }

  async #bySession(token: string, request: AuthRequest, context: AuthContext): Promise<Authentication> {
    const checked = await this.#options.sessions?.check(token, context);
    if (!checked?.ok) return none;
    const { session } = checked;
    if (!isSafeMethod(request.method) && this.#isForged(session.id, request)) {
      this.#tell('csrf_rejected', session.userId, context, 'token');
      return { ok: false, status: 403, reason: 'csrf' };
    }
    const { userId, roles, scopes } = session;
    return { ok: true, principal: { by: 'session', userId, roles, scopes, session } };
  }

  #isForged(sessionId: string, { header }: AuthRequest): boolean {
    const { csrf, csrfHeader = 'x-csrf-token', origins = [] } = this.#options;
    if (isCrossSite(header, origins)) return true;
    return csrf !== undefined && !csrf.verify(sessionId, header(csrfHeader));
  }

  #tell(
    action: 'csrf_rejected' | 'access_denied',
    userId: string,
    context: AuthContext,
    reason: string,
  ): void {
    emit(this.#options.listener, (this.#options.now ?? Date.now)(), action, { userId, context, reason });
  }
}

function bearerOf(authorization: string): string | undefined {
  if (authorization.length > maxCredentialChars) return undefined;
  return /^bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
}

function contextOf({ header, address }: AuthRequest): AuthContext {
  const userAgent = header('user-agent');
  return { ...(address === undefined ? {} : { address }), ...(userAgent === undefined ? {} : { userAgent }) };
}

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** RFC 6749 section 3.3: scopes are joined by spaces. */
const scopesOf = (scope: unknown): readonly string[] =>
  typeof scope === 'string' ? scope.split(' ').filter(Boolean) : list(scope);
