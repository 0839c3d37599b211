import { invalidArgument, WolfsecError } from '../../errors.ts';
import type { KeyRing } from './keyring.ts';

/** What a sealed field begins with. */
const mark = 'wolfsec:1:';
const depthMax = 32;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Encrypts chosen fields of JSON records, each for itself: the rest stays readable and searchable. A sealed
 * field is text, `wolfsec:1:` and base64url; opened, it has the type that it had. Each is bound to its path
 * and to the record's id, so that no field can be moved to another place or record.
 */
export class FieldCipher {
  readonly #ring: KeyRing;
  readonly #paths: readonly (readonly string[])[];

  /** `fields` are paths with dots, as in `card.number`; a path goes through every element of an array. */
  constructor(ring: KeyRing, fields: readonly string[]) {
    this.#ring = ring;
    if (!Array.isArray(fields) || fields.length === 0) throw invalidArgument('fields', 'one path or more');
    this.#paths = fields.map((field) => {
      const path = String(field).split('.');
      if (path.length > depthMax || path.some((name) => name === '' || name === '__proto__')) {
        throw invalidArgument('fields', `paths of names with dots between, at most ${depthMax} deep`);
      }
      return path;
    });
  }

  /** A copy of the record with its fields sealed. Fields that are absent, or sealed already, stay so. */
  seal<T extends object>(record: T, recordId: string): T {
    return this.#map(record, (value, path) => {
      if (isSealed(value) && this.#opens(value, context(recordId, path))) return value;
      const text = json(value, path);
      return mark + this.#ring.seal(text, context(recordId, path)).toString('base64url');
    });
  }

  /**
   * A copy of the record with its fields opened. Fields that are not sealed stay as they are.
   *
   * @throws {WolfsecError} `WOLFSEC_OPEN_FAILED` for a field that was changed or moved, naming its path.
   */
  open<T extends object>(record: T, recordId: string): T {
    return this.#map(record, (value, path) => {
      if (!isSealed(value)) return value;
      try {
        return JSON.parse(this.#ring.open(bytesOf(value), context(recordId, path)).toString('utf8'));
      } catch (cause) {
        if (!(cause instanceof WolfsecError)) throw cause;
        throw new WolfsecError(cause.code, `field ${path}: ${cause.message}`, { cause });
      }
    });
  }

  /** The record with its fields under the ring's newest key. */
  reseal<T extends object>(record: T, recordId: string): T {
    return this.#map(record, (value, path) => {
      if (!isSealed(value) || !this.#ring.needsReseal(bytesOf(value))) return value;
      return mark + this.#ring.reseal(bytesOf(value), context(recordId, path)).toString('base64url');
    });
  }

  /** Tells a field that is sealed from text of a user who knows what one looks like. */
  #opens(value: string, aad: string): boolean {
    try {
      this.#ring.open(bytesOf(value), aad).fill(0);
      return true;
    } catch {
      return false;
    }
  }

  #map<T extends object>(record: T, change: (value: Json, path: string) => Json): T {
    let result = record as unknown as Json;
    for (const path of this.#paths) result = at(result, path, (value) => change(value, path.join('.')));
    return result as unknown as T;
  }
}

/** A copy of `value` with what lies at the path changed; only what leads there is copied. */
function at(value: Json, path: readonly string[], change: (value: Json) => Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  if (Array.isArray(value)) return value.map((each) => at(each, path, change));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  const inner = value[name];
  return inner === undefined ? value : { ...value, [name]: at(inner, rest, change) };
}

function isSealed(value: Json): value is string {
  return typeof value === 'string' && value.startsWith(mark);
}

function bytesOf(value: string): Buffer {
  return Buffer.from(value.slice(mark.length), 'base64url');
}

function json(value: Json, path: string): string {
  try {
    const text = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // A cycle or a BigInt: told below, without the value.
  }
  throw invalidArgument(`field ${path}`, 'a value that JSON can hold');
}

/** Both parts with their lengths, so that no two pairs are the same text. */
function context(recordId: string, path: string): string {
  if (typeof recordId !== 'string') throw invalidArgument('recordId', 'a string');
  return `${recordId.length}:${recordId}:${path}`;
}
