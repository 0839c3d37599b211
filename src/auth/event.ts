/** What can happen to a credential. */
export type AuthAction =
  | 'login_succeeded'
  | 'login_failed'
  | 'login_throttled'
  | 'lockout'
  | 'credential_stuffing'
  | 'impossible_travel'
  | 'password_enrolled'
  | 'password_changed'
  | 'password_upgraded'
  | 'session_created'
  | 'session_rejected'
  | 'session_rotated'
  | 'session_revoked'
  | 'session_binding_changed'
  | 'api_key_created'
  | 'api_key_rejected'
  | 'api_key_revoked'
  | 'token_rejected'
  | 'token_refreshed'
  | 'token_reuse'
  | 'factor_enrolled'
  | 'factor_removed'
  | 'factor_succeeded'
  | 'factor_failed'
  | 'factor_replayed'
  | 'recovery_code_used'
  | 'csrf_rejected'
  | 'access_denied';

/** Who acts, and from where, as far as the caller knows. */
export interface AuthContext {
  /** Address of the client, without a port. */
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Login name, for events about a user of whom only the id is at hand. */
  readonly userName?: string | undefined;
}

/** One outcome, in the shape of the Elastic Common Schema: an event like any other that rules look at. */
export interface AuthEvent {
  readonly '@timestamp': string;
  readonly event: {
    readonly kind: 'event';
    readonly provider: 'wolfsec';
    readonly dataset: 'wolfsec.auth';
    readonly category: 'authentication';
    readonly action: AuthAction;
    readonly outcome: 'success' | 'failure';
    readonly reason?: string;
  };
  readonly user?: { readonly id?: string; readonly name?: string };
  readonly source?: { readonly ip: string };
  readonly user_agent?: { readonly original: string };
  /** Ids of what it is about, never a secret. */
  readonly wolfsec?: Readonly<Record<string, string | number>>;
}

/** Takes each event; what it throws is swallowed, since a log must not stop a login. */
export type AuthListener = (event: AuthEvent) => void;

export interface AuthEventDetail {
  readonly reason?: string | undefined;
  readonly userId?: string | undefined;
  readonly userName?: string | undefined;
  readonly context?: AuthContext | undefined;
  readonly about?: Readonly<Record<string, string | number>> | undefined;
}

const failures: ReadonlySet<AuthAction> = new Set([
  'login_failed',
  'login_throttled',
  'lockout',
  'credential_stuffing',
  'impossible_travel',
  'session_rejected',
  'session_binding_changed',
  'api_key_rejected',
  'token_rejected',
  'token_reuse',
  'factor_failed',
  'factor_replayed',
  'csrf_rejected',
  'access_denied',
]);

/** Text of a client is cut to this, so that no request fills the log. */
const maxTextChars = 512;
const cut = (text: string) => (text.length > maxTextChars ? text.slice(0, maxTextChars) : text);

/** Hands an event to the listener, if there is one. */
export function emit(
  listener: AuthListener | undefined,
  nowMs: number,
  action: AuthAction,
  { reason, userId, userName, context, about }: AuthEventDetail,
): void {
  if (!listener) return;
  // Rules group by `user.name`, so it is never absent where the user is known.
  const named = userName ?? context?.userName ?? userId;
  const user = {
    ...(userId === undefined ? {} : { id: cut(userId) }),
    ...(named === undefined ? {} : { name: cut(named) }),
  };
  try {
    listener({
      '@timestamp': new Date(nowMs).toISOString(),
      event: {
        kind: 'event',
        provider: 'wolfsec',
        dataset: 'wolfsec.auth',
        category: 'authentication',
        action,
        outcome: failures.has(action) ? 'failure' : 'success',
        ...(reason === undefined ? {} : { reason }),
      },
      ...(named === undefined ? {} : { user }),
      ...(context?.address === undefined ? {} : { source: { ip: cut(context.address) } }),
      ...(context?.userAgent === undefined ? {} : { user_agent: { original: cut(context.userAgent) } }),
      ...(about === undefined ? {} : { wolfsec: about }),
    });
  } catch {
    // A listener that fails must not decide who gets in.
  }
}
