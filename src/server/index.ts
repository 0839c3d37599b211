export {
  type ConfigSources,
  envName,
  isLoopback,
  readConfig,
  type ServeConfig,
  settings,
  shown,
} from './config.ts';
export { openStoreOf } from './configured.ts';
export { type FrontDoor, openFrontDoor } from './front-door.ts';
export { openApi } from './openapi.ts';
export { type Scope, scopes } from './scopes.ts';
export { openService, type Service, type ServiceOptions } from './service.ts';
export { Users } from './users.ts';
