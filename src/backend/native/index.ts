import type { Backend } from '../backend.ts';
import { portableExposition } from '../portable/exposition/index.ts';
import type { Addon } from './addon.ts';
import { nativeAuth } from './auth.ts';
import { nativeCompare } from './compare.ts';
import { nativeMatch } from './match.ts';
import { nativeRule } from './rule.ts';

export const native = (addon: Addon): Backend => ({
  name: 'native',
  auth: nativeAuth(addon),
  compare: nativeCompare(addon),
  exposition: portableExposition,
  match: nativeMatch(addon),
  rule: nativeRule(addon),
});
