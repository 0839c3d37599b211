export { builtInPipelines } from './built-in.ts';
export { parsePipeline } from './parse.ts';
export type { Pipeline } from './pipeline.ts';
