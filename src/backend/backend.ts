import type { AeadBackend } from './contract/aead.ts';
import type { AuthBackend } from './contract/auth.ts';
import type { BatchCacheBackend } from './contract/batch-cache.ts';
import type { CompareBackend } from './contract/compare.ts';
import type { ExpositionBackend } from './contract/exposition.ts';
import type { HashBackend, MacBackend } from './contract/hash.ts';
import type { HttpBackend } from './contract/http.ts';
import type { KdfBackend } from './contract/kdf.ts';
import type { MatchBackend } from './contract/match.ts';
import type { RuleBackend } from './contract/rule.ts';
import type { SignBackend } from './contract/sign.ts';

/**
 * What a back end provides. `native` and `portable` implement all of it; TypeScript validates
 * arguments before a back end is chosen, so an implementation sees only valid ones.
 */
export interface Backend {
  readonly name: BackendName;
  readonly auth: AuthBackend;
  readonly aead: AeadBackend;
  readonly hash: HashBackend;
  readonly kdf: KdfBackend;
  readonly mac: MacBackend;
  readonly batchCache: BatchCacheBackend;
  readonly compare: CompareBackend;
  readonly exposition: ExpositionBackend;
  readonly http: HttpBackend;
  readonly match: MatchBackend;
  readonly rule: RuleBackend;
  readonly sign: SignBackend;
}

/** Rust by Node-API, or pure TypeScript. */
export type BackendName = 'native' | 'portable';

/** What {@link backend} tells. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Version of the package, or of the native binary. */
  readonly version: string;
  /** Target triple of the native binary, e.g. `x86_64-unknown-linux-gnu`. */
  readonly target?: string;
  /** Processor features in use, e.g. `avx2`. Empty when portable. */
  readonly cpuFeatures: readonly string[];
  /** Why the portable back end serves. */
  readonly reason?: string;
}
