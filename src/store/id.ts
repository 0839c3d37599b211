import { hash } from 'node:crypto';
import { layOutUuid, randomDigits } from '../uuid.ts';

/**
 * A UUID of version 7 (RFC 9562 §5.7) for a moment that the caller names: 48 bits of time in milliseconds, the rest
 * random.
 */
export function uuidv7At(timeMs: number): string {
  return layOutUuid(timeMs, 7, randomDigits(10));
}

/**
 * A UUID of version 8 (RFC 9562 §5.8) that the same parts always give: 48 bits of time, so that rows of
 * one moment lie together, then 74 bits of the parts' SHA-256.
 */
export function derivedId(timeMs: number, parts: readonly string[]): string {
  // Lengths keep ("ab", "c") and ("a", "bc") apart.
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return layOutUuid(timeMs, 8, hash('sha256', text, 'hex'));
}
