import type { Load } from '../load.ts';
import { alertLoad } from './alert.ts';
import { authLoad } from './auth.ts';
import { cacheLoad } from './cache.ts';
import { cryptoLoad } from './crypto.ts';
import { detectLoad } from './detect.ts';
import { matchLoad } from './match.ts';
import { metricsLoad } from './metrics.ts';
import { storeLoad } from './store.ts';

/** The mixed load: every part takes a step in turn. */
export const loads: readonly Load[] = [
  alertLoad,
  detectLoad,
  cryptoLoad,
  matchLoad,
  metricsLoad,
  cacheLoad,
  authLoad,
  storeLoad,
];
