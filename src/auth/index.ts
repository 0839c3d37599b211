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
