export type { AuthAction, AuthContext, AuthEvent, AuthListener } from './event.ts';
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
export type { AuthMethod, Session } from './session/session.ts';
export {
  type IssuedSession,
  type NewSession,
  type SessionChange,
  type SessionCheck,
  type SessionOptions,
  type SessionRefusal,
  Sessions,
} from './session/sessions.ts';
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
