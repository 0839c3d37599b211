import type { Backend } from '../backend.ts';
import { portableAead } from './aead.ts';
import { portableAuth } from './auth/index.ts';
import { portableBatchCache } from './batch-cache.ts';
import { portableCompare } from './compare.ts';
import { portableExposition } from './exposition/index.ts';
import { portableHash, portableMac } from './hash.ts';
import { portableHttp } from './http/index.ts';
import { portableKdf } from './kdf.ts';
import { portableMatch } from './match/index.ts';
import { portableRule } from './rule/engine.ts';
import { portableSign } from './sign.ts';

export const portable: Backend = {
  name: 'portable',
  auth: portableAuth,
  batchCache: portableBatchCache,
  compare: portableCompare,
  exposition: portableExposition,
  aead: portableAead,
  hash: portableHash,
  kdf: portableKdf,
  mac: portableMac,
  http: portableHttp,
  match: portableMatch,
  rule: portableRule,
  sign: portableSign,
};
