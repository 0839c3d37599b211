import type { Backend } from '../backend.ts';
import { portableExposition } from '../portable/exposition/index.ts';
import type { Addon } from './addon.ts';
import { nativeCompare } from './compare.ts';
import { nativeMatch } from './match.ts';

export const native = (addon: Addon): Backend => ({
  name: 'native',
  compare: nativeCompare(addon),
  exposition: portableExposition,
  match: nativeMatch(addon),
});
