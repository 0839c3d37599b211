import type { Backend } from '../backend.ts';
import { portableCompare } from './compare.ts';
import { portableMatch } from './match/index.ts';

export const portable: Backend = {
  name: 'portable',
  compare: portableCompare,
  match: portableMatch,
};
