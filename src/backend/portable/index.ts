import type { Backend } from '../backend.ts';
import { portableAuth } from './auth/index.ts';
import { portableCompare } from './compare.ts';
import { portableExposition } from './exposition/index.ts';
import { portableMatch } from './match/index.ts';
import { portableRule } from './rule/engine.ts';

export const portable: Backend = {
  name: 'portable',
  auth: portableAuth,
  compare: portableCompare,
  exposition: portableExposition,
  match: portableMatch,
  rule: portableRule,
};
