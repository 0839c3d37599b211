import type { Backend } from '../backend.ts';
import type { Addon } from './addon.ts';
import { nativeAead } from './aead.ts';
import { nativeAuth } from './auth.ts';
import { nativeBatchCache } from './batch-cache.ts';
import { nativeCompare } from './compare.ts';
import { nativeExposition } from './exposition.ts';
import { nativeHash, nativeMac } from './hash.ts';
import { nativeHttp } from './http.ts';
import { nativeKdf } from './kdf.ts';
import { nativeMatch } from './match.ts';
import { nativeRule } from './rule.ts';
import { nativeSign } from './sign.ts';

export const native = (addon: Addon): Backend => ({
  name: 'native',
  auth: nativeAuth(addon),
  batchCache: nativeBatchCache(addon),
  compare: nativeCompare(addon),
  aead: nativeAead(addon),
  hash: nativeHash(addon),
  kdf: nativeKdf(addon),
  mac: nativeMac(addon),
  exposition: nativeExposition(addon),
  http: nativeHttp(addon),
  match: nativeMatch(addon),
  rule: nativeRule(addon),
  sign: nativeSign(addon),
});
