import { WolfsecError, type WolfsecErrorCode } from '../../errors.ts';

/** Turns what the addon threw into a {@link WolfsecError}; its `code` crosses the boundary as it is. */
export function fromNative(error: unknown): WolfsecError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const known = typeof code === 'string' && code.startsWith('WOLFSEC_');
  return new WolfsecError(known ? (code as WolfsecErrorCode) : 'WOLFSEC_INTERNAL', String(message ?? error), {
    cause: error,
  });
}

/** Makes a key or a state, of which there can be too many: what the addon throws becomes a {@link WolfsecError}. */
export function made<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw fromNative(error);
  }
}
