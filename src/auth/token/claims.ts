import { invalidArgument } from '../../errors.ts';

/** Claims of a token (RFC 7519 section 4); times in seconds since the epoch. */
export interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [name: string]: unknown;
}

/** What a token must say to be accepted. */
export interface ClaimRules {
  /** Issuers of which one must have made it; `false` accepts any, on purpose. */
  readonly issuer: string | readonly string[] | false;
  /** Audiences of which it must name one; `false` accepts any, on purpose. */
  readonly audience: string | readonly string[] | false;
  /** Tolerance for clocks that differ, in milliseconds. Default 0, at most ten minutes. */
  readonly leewayMs?: number;
  /** Accept a token that never expires. Default `false`. */
  readonly allowNoExpiry?: boolean;
  /** The greatest age by `iat`, in milliseconds; such a token must have one. Default: no limit. */
  readonly maxAgeMs?: number;
  /** Claims that must be present besides. Default: none. */
  readonly required?: readonly string[];
}

/** Which claim a token fails by. */
export type ClaimRefusal = 'claims' | 'expired' | 'not_yet_valid' | 'issuer' | 'audience' | 'too_old';

/** Rules made ready for checking. */
export interface ReadyRules {
  readonly issuers: ReadonlySet<string> | undefined;
  readonly audiences: ReadonlySet<string> | undefined;
  readonly leewayS: number;
  readonly needExpiry: boolean;
  readonly maxAgeS: number | undefined;
  readonly required: readonly string[];
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where issuer or audience is neither given nor waived. */
export function readyRules(rules: ClaimRules): ReadyRules {
  const { leewayMs = 0, maxAgeMs } = rules;
  if (!(leewayMs >= 0 && leewayMs <= 600_000))
    throw invalidArgument('leewayMs', 'from 0 to 600000 milliseconds');
  if (maxAgeMs !== undefined && !(maxAgeMs > 0)) throw invalidArgument('maxAgeMs', 'a positive number');
  return {
    issuers: accepted('issuer', rules.issuer),
    audiences: accepted('audience', rules.audience),
    leewayS: leewayMs / 1000,
    needExpiry: !rules.allowNoExpiry,
    maxAgeS: maxAgeMs === undefined ? undefined : maxAgeMs / 1000,
    required: rules.required ?? [],
  };
}

function accepted(name: string, value: string | readonly string[] | false): ReadonlySet<string> | undefined {
  if (value === false) return undefined;
  const list = typeof value === 'string' ? [value] : value;
  if (Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'string' && one !== '')) {
    return new Set(list);
  }
  throw invalidArgument(name, 'a string, a list of strings, or false to accept any');
}

/** Why the claims are not accepted at `nowS`, seconds since the epoch; `undefined` where they are. */
export function judgeClaims(claims: Claims, rules: ReadyRules, nowS: number): ClaimRefusal | undefined {
  const { exp, nbf, iat, iss, aud } = claims;
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat)) return 'claims';
  if (!isText(iss) || !isText(claims.sub) || !isText(claims.jti) || !isAudience(aud)) return 'claims';
  if (exp === undefined ? rules.needExpiry : nowS >= exp + rules.leewayS) {
    return exp === undefined ? 'claims' : 'expired';
  }
  if (nbf !== undefined && nowS < nbf - rules.leewayS) return 'not_yet_valid';
  if (rules.issuers && (iss === undefined || !rules.issuers.has(iss))) return 'issuer';
  if (rules.audiences && !names(aud, rules.audiences)) return 'audience';
  if (rules.maxAgeS !== undefined) {
    if (iat === undefined) return 'claims';
    if (iat > nowS + rules.leewayS) return 'not_yet_valid';
    if (nowS - iat > rules.maxAgeS + rules.leewayS) return 'too_old';
  }
  for (const claim of rules.required) if (!Object.hasOwn(claims, claim)) return 'claims';
  return undefined;
}

const isTime = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value));
const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
const isAudience = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.every((one) => typeof one === 'string'));

function names(aud: Claims['aud'], audiences: ReadonlySet<string>): boolean {
  if (typeof aud === 'string') return audiences.has(aud);
  return aud?.some((one) => audiences.has(one)) ?? false;
}
