export { authorize, type Entitled, type Requirement } from './authorize.ts';
export type { AuthAction, AuthContext, AuthEvent, AuthListener } from './event.ts';
export { type Passkey, type PasskeyCheck, type PasskeyOptions, Passkeys } from './factor/passkeys.ts';
export { RecoveryCodes, type RecoveryOptions } from './factor/recovery.ts';
export { type StepUpRule, stepUpNeeded } from './factor/step-up.ts';
export { type FactorCheck, Totp, type TotpOptions } from './factor/totp.ts';
export {
  type Admission,
  LoginGuard,
  type LoginGuardOptions,
  type LoginLocation,
  type Refusal,
} from './guard/guard.ts';
export type { BackOff } from './guard/limiter.ts';
export type { StuffingOptions } from './guard/stuffing.ts';
export {
  type ApiKey,
  type ApiKeyCheck,
  type ApiKeyOptions,
  type ApiKeyRefusal,
  ApiKeys,
  type NewApiKey,
} from './key/api-keys.ts';
export {
  findKeys as findApiKeys,
  isWellFormedKey as isWellFormedApiKey,
  keyPattern as apiKeyPattern,
} from './key/format.ts';
export { countAuthEvents } from './metrics.ts';
export {
  type Authentication,
  Authenticator,
  type AuthenticatorOptions,
  type AuthRequest,
  type Principal,
} from './middleware/authenticator.ts';
export { expressAuth } from './middleware/express.ts';
export { fastifyAuth, fastifyPrincipal } from './middleware/fastify.ts';
export { type HonoAuthOptions, honoAuth } from './middleware/hono.ts';
export { koaAuth } from './middleware/koa.ts';
export type { MiddlewareOptions } from './middleware/refusal.ts';
export { PasswordBlocklist } from './password/blocklist.ts';
export {
  type LoginCheck,
  type LoginContext,
  type PasswordChange,
  type PasswordHashing,
  type PasswordOptions,
  Passwords,
} from './password/passwords.ts';
export { PasswordPolicy, type PasswordPolicyOptions, type PasswordRefusal } from './password/policy.ts';
export { type BreachLookup, type PwnedPasswordsOptions, pwnedPasswords } from './password/pwned.ts';
export { type CredentialHolders, type RevokedCredentials, revokeCredentials } from './revoke.ts';
export { type CookieOptions, clearCookie, cookieName, readCookie, setCookie } from './session/cookie.ts';
export { CsrfTokens, isCrossSite, isSafeMethod } from './session/csrf.ts';
export type { AuthMethod, Session } from './session/session.ts';
export { Sessions } from './session/sessions.ts';
export type {
  IssuedSession,
  NewSession,
  SessionChange,
  SessionCheck,
  SessionOptions,
  SessionRefusal,
} from './session/verdict.ts';
export { memoryStorage } from './storage/memory.ts';
export type {
  ApiKeyStorage,
  AuthStorage,
  RecordStorage,
  SessionStorage,
  StoredApiKey,
  StoredSession,
} from './storage/port.ts';
export type { ClaimRefusal, ClaimRules, Claims } from './token/claims.ts';
export { type Jwk, type JwsAlgorithm, JwtKey } from './token/jwt/key.ts';
export { type JwtKeySource, JwtKeys } from './token/jwt/keys.ts';
export { RemoteJwks, type RemoteJwksOptions } from './token/jwt/remote.ts';
export { JwtSigner, type JwtSignerOptions } from './token/jwt/signer.ts';
export {
  type JwtCheck,
  type JwtRefusal,
  JwtVerifier,
  type JwtVerifierOptions,
} from './token/jwt/verifier.ts';
export { type OneTimeTokenOptions, OneTimeTokens } from './token/one-time.ts';
export { footerOf as pasetoFooter, type PasetoBinding } from './token/paseto.ts';
export {
  openPaseto,
  type PasetoCheck,
  type PasetoClaims,
  type PasetoRules,
  sealPaseto,
  signPaseto,
  verifyPaseto,
} from './token/paseto-claims.ts';
export {
  generateKeyPair as generatePasetoKeyPair,
  generateLocalKey as generatePasetoKey,
  type PasetoKey,
  type PasetoPurpose,
  pasetoKey,
} from './token/paseto-key.ts';
export { type RefreshCheck, type RefreshGrant, type RefreshOptions, RefreshTokens } from './token/refresh.ts';
