export { type Backends, backends } from './backends.ts';
export { peer } from './peer.ts';
export { type Case, type CaseMap, type GroupOptions, type Run, type Suite, suite } from './suite.ts';
