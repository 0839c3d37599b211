import { randomFillSync } from 'node:crypto';
import { checkInteger } from '../input.ts';

/** `length` random bytes from the system's generator, at most 64 KiB. */
export function randomBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(checkInteger(length, 'length', 0, 65536));
  return randomFillSync(bytes);
}
