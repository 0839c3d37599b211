import type { ApiKeys } from './key/api-keys.ts';
import type { Sessions } from './session/sessions.ts';
import type { RefreshTokens } from './token/refresh.ts';

/** What may hold credentials of a user. */
export interface CredentialHolders {
  readonly sessions?: Pick<Sessions, 'revokeAll'>;
  readonly refreshTokens?: Pick<RefreshTokens, 'revokeAll'>;
  readonly apiKeys?: Pick<ApiKeys, 'revokeAll'>;
}

/** How many of each were ended. */
export interface RevokedCredentials {
  readonly sessions: number;
  readonly refreshTokens: number;
  readonly apiKeys: number;
}

/**
 * Ends all that lets a user in without a password: sessions (but for that of `exceptToken`), families of
 * refresh tokens, API keys. For an account that is closed or was taken over, and after a password was reset.
 * JSON Web Tokens and PASETOs that are out serve until they expire: keep their lifetime short.
 */
export async function revokeCredentials(
  userId: string,
  { sessions, refreshTokens, apiKeys }: CredentialHolders,
  exceptToken?: string,
): Promise<RevokedCredentials> {
  // Refresh tokens first: what they could still be exchanged for is ended after them.
  const refreshed = (await refreshTokens?.revokeAll(userId)) ?? 0;
  return {
    refreshTokens: refreshed,
    apiKeys: (await apiKeys?.revokeAll(userId)) ?? 0,
    sessions: (await sessions?.revokeAll(userId, exceptToken)) ?? 0,
  };
}
