export { type Scope, scopes } from './access.ts';
export { type ConfigSources, envName, isLoopback, readConfig, type ServeConfig, settings } from './config.ts';
export { openApi } from './openapi.ts';
export { openService, openStoreOf, type Service, type ServiceOptions } from './service.ts';
export { Users } from './users.ts';
