import type { Backend } from '../backend.ts';
import { portableCompare } from './compare.ts';
import { portableExposition } from './exposition/index.ts';
import { portableMatch } from './match/index.ts';

export const portable: Backend = {
  name: 'portable',
  compare: portableCompare,
  exposition: portableExposition,
  match: portableMatch,
};
