export { type IpListOptions, IpSet, type IpSetEntry } from './ipset/index.ts';
export type { InvalidLine } from './ipset/list.ts';
export type { Match } from './match.ts';
export { PatternSet } from './patterns.ts';
export type { LiteralPattern, LiteralPlace, Pattern, RegexPattern } from './program.ts';
export { Redactor, type RedactorOptions, redact, type Secret } from './redact/index.ts';
export { type SecretKind, secretKinds } from './redact/secrets.ts';
export type { Replacement } from './replace.ts';
export { PatternStream, type PatternStreamOptions } from './stream.ts';
