import { invalidArgument } from './errors.ts';

const { values } = Uint8Array.prototype;

/**
 * Throws where the memory of `bytes` is gone: detached, or shrunk below the place where they lie. They would pass
 * for empty, and what is empty is sealed, hashed and equal to other empty bytes.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT`
 */
export function checkAttached(bytes: Uint8Array, name: string): void {
  if (bytes.length > 0) return;
  try {
    // What asks for an iterator is told, by the language, whether there is memory.
    values.call(bytes);
  } catch {
    throw invalidArgument(name, 'in memory that was neither detached nor shrunk');
  }
}
