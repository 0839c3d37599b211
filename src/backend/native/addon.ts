import type { AuthAddon } from './auth.ts';
import type { CompareAddon } from './compare.ts';
import type { MatchAddon } from './match.ts';
import type { RuleAddon } from './rule.ts';

/** What the binary exports. */
export interface Addon extends AuthAddon, CompareAddon, MatchAddon, RuleAddon {
  targetTriple(): string;
  cpuFeatures(): string[];
  version(): string;
}
