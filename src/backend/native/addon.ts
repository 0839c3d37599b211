import type { AeadAddon } from './aead.ts';
import type { AuthAddon } from './auth.ts';
import type { BatchCacheAddon } from './batch-cache.ts';
import type { CompareAddon } from './compare.ts';
import type { ExpositionAddon } from './exposition.ts';
import type { HashAddon } from './hash.ts';
import type { HttpAddon } from './http.ts';
import type { KdfAddon } from './kdf.ts';
import type { MatchAddon } from './match.ts';
import type { RuleAddon } from './rule.ts';
import type { SignAddon } from './sign.ts';

/** What the binary exports. */
export interface Addon
  extends AeadAddon,
    AuthAddon,
    SignAddon,
    BatchCacheAddon,
    CompareAddon,
    ExpositionAddon,
    HashAddon,
    HttpAddon,
    KdfAddon,
    MatchAddon,
    RuleAddon {
  targetTriple(): string;
  cpuFeatures(): string[];
  version(): string;
}
