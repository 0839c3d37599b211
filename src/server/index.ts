export { type Scope, scopes } from './access.ts';
export {
  type ConfigSources,
  envName,
  isLoopback,
  readConfig,
  type ServeConfig,
  settings,
  shown,
} from './config.ts';
export { type FrontDoor, openFrontDoor } from './front-door.ts';
export { openApi } from './openapi.ts';
export { openStoreOf } from './parts.ts';
export { openService, type Service, type ServiceOptions } from './service.ts';
export { Users } from './users.ts';
