import type { AuthMethod, Session } from '../session/session.ts';

/** What a sensitive action asks of a session. */
export interface StepUpRule {
  /** The last proof must be younger than this, in milliseconds. */
  readonly maxAgeMs?: number;
  /** One of these must have been used, e.g. `['otp', 'hwk']`. */
  readonly anyMethod?: readonly AuthMethod[];
  /** At least so many methods, e.g. 2. */
  readonly methods?: number;
}

/** What a session lacks for something sensitive; `undefined` where it may go on. Ask, then `Sessions.rotate`. */
export function stepUpNeeded(
  session: Pick<Session, 'authTimeMs' | 'methods'>,
  rule: StepUpRule,
  nowMs: number = Date.now(),
): 'too_old' | 'method' | undefined {
  if (rule.maxAgeMs !== undefined && nowMs - session.authTimeMs >= rule.maxAgeMs) return 'too_old';
  if (rule.anyMethod && !rule.anyMethod.some((method) => session.methods.includes(method))) return 'method';
  if (rule.methods !== undefined && new Set(session.methods).size < rule.methods) return 'method';
  return undefined;
}
