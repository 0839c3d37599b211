import { WolfsecError } from '../../errors.ts';

interface Nested {
  readonly message?: string;
  readonly code?: string;
  readonly cause?: unknown;
  /** One for each try, or each server. */
  readonly errors?: readonly unknown[];
  /** The name that the protocol has for it, e.g. `MESSAGE_TOO_LARGE`. */
  readonly apiId?: string;
  readonly serverErrorMessage?: string | null;
}

/** The client says what it was at, around what went wrong with each try, around why: the innermost reason is told. */
export function reasonOf(error: unknown): string {
  const { errors, cause, message, code, apiId, serverErrorMessage } = (error ?? {}) as Nested;
  const inner = errors?.at(-1) ?? cause;
  const told = inner === undefined || inner === error ? '' : reasonOf(inner);
  if (told !== '') return told;
  const text = serverErrorMessage || message || code || '';
  return apiId === undefined ? text : `${apiId}: ${text}`;
}

/** Whether one of these names of the protocol is among what went wrong. */
export function failedWith(error: unknown, ...apiIds: readonly string[]): boolean {
  const { errors = [], cause, apiId } = (error ?? {}) as Nested;
  if (apiId !== undefined && apiIds.includes(apiId)) return true;
  return [...errors, cause].some((inner) => inner !== undefined && failedWith(inner, ...apiIds));
}

export const unavailable = (cause: unknown): WolfsecError =>
  cause instanceof WolfsecError
    ? cause
    : new WolfsecError('WOLFSEC_BROKER_UNAVAILABLE', `kafka: ${reasonOf(cause)}`, { cause });
