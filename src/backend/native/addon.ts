import type { CompareAddon } from './compare.ts';

/** What the binary exports. */
export interface Addon extends CompareAddon {
  targetTriple(): string;
  cpuFeatures(): string[];
  version(): string;
}
