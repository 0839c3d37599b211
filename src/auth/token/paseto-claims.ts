import { type ClaimRefusal, type ClaimRules, type Claims, judgeClaims, readyRules } from './claims.ts';
import { parseUniqueObject } from './json.ts';
import { openLocal, type PasetoBinding, sealLocal, signPublic, verifyPublic } from './paseto.ts';
import type { PasetoKey } from './paseto-key.ts';

/** Claims of a PASETO: times are ISO 8601 text (paseto-spec, docs/02-Implementation-Guide/04-Claims.md). */
export interface PasetoClaims extends Omit<Claims, 'exp' | 'nbf' | 'iat'> {
  readonly exp?: string;
  readonly nbf?: string;
  readonly iat?: string;
}

export interface PasetoRules extends ClaimRules, PasetoBinding {
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Whether a token holds, its claims, or why not. */
export type PasetoCheck =
  | { readonly ok: true; readonly claims: PasetoClaims }
  | { readonly ok: false; readonly reason: 'token' | ClaimRefusal };

const asBytes = (claims: PasetoClaims) => Buffer.from(JSON.stringify(claims), 'utf8');

/** Encrypts claims with a shared key: `v4.local`. */
export const sealPaseto = (key: PasetoKey, claims: PasetoClaims, binding?: PasetoBinding): string =>
  sealLocal(key, asBytes(claims), binding);

/** Signs claims: `v4.public`. */
export const signPaseto = (key: PasetoKey, claims: PasetoClaims, binding?: PasetoBinding): string =>
  signPublic(key, asBytes(claims), binding);

/** Opens a `v4.local` token and judges its claims. Never throws, whatever the token. */
export const openPaseto = (key: PasetoKey, token: string, rules: PasetoRules): PasetoCheck =>
  judge(openLocal(key, token, rules), rules);

/** Verifies a `v4.public` token and judges its claims. Never throws, whatever the token. */
export const verifyPaseto = (key: PasetoKey, token: string, rules: PasetoRules): PasetoCheck =>
  judge(verifyPublic(key, token, rules), rules);

function judge(payload: Buffer | undefined, rules: PasetoRules): PasetoCheck {
  const ready = readyRules(rules);
  if (!payload) return { ok: false, reason: 'token' };
  const claims = parseUniqueObject(payload.toString('utf8')) as PasetoClaims | undefined;
  if (!claims) return { ok: false, reason: 'claims' };
  const { exp, nbf, iat, ...rest } = claims;
  const times = { exp: seconds(exp), nbf: seconds(nbf), iat: seconds(iat) };
  if (Object.values(times).some(Number.isNaN)) return { ok: false, reason: 'claims' };
  const present = Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined));
  const refusal = judgeClaims({ ...rest, ...present } as Claims, ready, (rules.now ?? Date.now)() / 1000);
  return refusal ? { ok: false, reason: refusal } : { ok: true, claims };
}

function seconds(time: unknown): number | undefined {
  if (time === undefined) return undefined;
  const iso =
    typeof time === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time);
  return iso ? Date.parse(time) / 1000 : Number.NaN;
}
