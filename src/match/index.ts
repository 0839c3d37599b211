export { type Match, PatternSet } from './patterns.ts';
export type { LiteralPattern, LiteralPlace, Pattern, RegexPattern } from './program.ts';
export type { Replacement } from './replace.ts';
export { PatternStream, type PatternStreamOptions } from './stream.ts';
