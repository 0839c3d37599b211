export type { BackendInfo, BackendName } from './backend/backend.ts';
export { backend } from './backend/select.ts';
export * from './crypto/index.ts';
export * from './detect/index.ts';
export { type ErrorLocation, WolfsecError, type WolfsecErrorCode } from './errors.ts';
export * from './match/index.ts';
export { version } from './version.ts';
