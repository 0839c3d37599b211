import type { Backend } from '../backend.ts';
import { portableCompare } from './compare.ts';

export const portable: Backend = {
  name: 'portable',
  compare: portableCompare,
};
