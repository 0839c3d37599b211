import type { Backend } from '../backend.ts';
import { portableExposition } from '../portable/exposition/index.ts';
import type { Addon } from './addon.ts';
import { nativeAead } from './aead.ts';
import { nativeAuth } from './auth.ts';
import { nativeCompare } from './compare.ts';
import { nativeHash, nativeMac } from './hash.ts';
import { nativeKdf } from './kdf.ts';
import { nativeMatch } from './match.ts';
import { nativeRule } from './rule.ts';
import { nativeSign } from './sign.ts';

export const native = (addon: Addon): Backend => ({
  name: 'native',
  auth: nativeAuth(addon),
  compare: nativeCompare(addon),
  exposition: portableExposition,
  aead: nativeAead(addon),
  hash: nativeHash(addon),
  kdf: nativeKdf(addon),
  mac: nativeMac(addon),
  match: nativeMatch(addon),
  rule: nativeRule(addon),
  sign: nativeSign(addon),
});
