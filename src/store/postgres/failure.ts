import { WolfsecError, type WolfsecErrorCode } from '../../errors.ts';

/** Classes of SQLSTATE (PostgreSQL documentation, appendix A) and what they mean for a caller. */
function codeOf(state: string): WolfsecErrorCode {
  if (state.startsWith('23')) return 'WOLFSEC_STORE_CONFLICT';
  if (state === '53100') return 'WOLFSEC_STORE_FULL';
  if (state.startsWith('XX')) return 'WOLFSEC_STORE_CORRUPT';
  // Connection lost, shutting down, out of connections, cancelled by a timeout, deadlock or serialisation; and what an
  // operator puts right: a password, a database, a schema, a table or a right to it that is not there. None of these
  // says anything about the rows, which may be stored later.
  if (/^(08|53|57|40|55|28|3D|3F|42)/.test(state) || state === '25006') return 'WOLFSEC_STORE_UNAVAILABLE';
  return 'WOLFSEC_STORE_FAILED';
}

/** What `pg` threw, as an error for the caller. Neither address nor password is told. */
export function postgresError(error: unknown): WolfsecError {
  if (error instanceof WolfsecError) return error;
  const { code, message, severity } = error as { code?: string; message?: string; severity?: string };
  // What the server says has a severity; `EPIPE` of a broken connection has five letters too.
  const state = severity !== undefined && /^[0-9A-Z]{5}$/.test(code ?? '') ? code : undefined;
  // Without an SQLSTATE the server never answered: a refused, reset, timed out or hung connection.
  const known = state === undefined ? 'WOLFSEC_STORE_UNAVAILABLE' : codeOf(state);
  return new WolfsecError(known, `PostgreSQL: ${message || code || 'no answer'}`, { cause: error });
}
