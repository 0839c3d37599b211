import { invalidArgument, WolfsecError } from '../../errors.ts';
import type { KeyRing } from './keyring.ts';

/** What a sealed field begins with. */
const mark = 'wolfsec:1:';
const depthMax = 32;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Encrypts chosen fields of JSON records, each for itself: the rest stays readable and searchable. A sealed
 * field is text, `wolfsec:1:` and base64url; opened, it has the type that it had. Each is bound to its path
 * and to the record's id, so that no field can be moved to another path or record. The elements of an array
 * have one path: among themselves they can be exchanged, as they can be removed.
 *
 * Every method throws `WOLFSEC_INVALID_ARGUMENT` for a record that is no object or holds arrays within one another
 * more than 32 deep on the way to a field, and for an id that is no string.
 */
export class FieldCipher {
  readonly #ring: KeyRing;
  readonly #paths: readonly (readonly string[])[];

  /**
   * `fields` are paths with dots, as in `card.number`; a path goes through every element of an array.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what is no list of paths.
   */
  constructor(ring: KeyRing, fields: readonly string[]) {
    this.#ring = ring;
    if (!Array.isArray(fields) || fields.length === 0) throw invalidArgument('fields', 'one path or more');
    this.#paths = Array.from(fields, (field: string) => {
      const path = typeof field === 'string' ? field.split('.') : [''];
      if (path.length > depthMax || path.some((name) => name === '' || name === '__proto__')) {
        throw invalidArgument('fields', `paths of names with dots between, at most ${depthMax} deep`);
      }
      return path;
    });
  }

  /** A copy of the record with its fields sealed. Fields that are absent, or sealed already, stay so. */
  seal<T extends object>(record: T, recordId: string): T {
    return this.#map(record, recordId, (value, path, aad) => {
      if (isSealed(value) && this.#opens(value, aad)) return value;
      return mark + this.#ring.seal(json(value, path), aad).toString('base64url');
    });
  }

  /**
   * A copy of the record with its fields opened. Fields that are not sealed stay as they are.
   *
   * @throws {WolfsecError} `WOLFSEC_OPEN_FAILED` for a field that was changed or moved, naming its path.
   */
  open<T extends object>(record: T, recordId: string): T {
    return this.#map(record, recordId, (value, path, aad) => {
      if (!isSealed(value)) return value;
      try {
        return JSON.parse(this.#ring.open(bytesOf(value), aad).toString('utf8'));
      } catch (cause) {
        if (!(cause instanceof WolfsecError)) throw cause;
        throw new WolfsecError(cause.code, `field ${path}: ${cause.message}`, { cause });
      }
    });
  }

  /** The record with its fields under the ring's newest key. */
  reseal<T extends object>(record: T, recordId: string): T {
    return this.#map(record, recordId, (value, _, aad) => {
      if (!isSealed(value) || !this.#ring.needsReseal(bytesOf(value))) return value;
      return mark + this.#ring.reseal(bytesOf(value), aad).toString('base64url');
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

  #map<T extends object>(
    record: T,
    recordId: string,
    change: (value: Json, path: string, aad: string) => Json,
  ): T {
    if (typeof record !== 'object' || record === null) throw invalidArgument('record', 'an object');
    if (typeof recordId !== 'string') throw invalidArgument('recordId', 'a string');
    let result = record as unknown as Json;
    for (const names of this.#paths) {
      const path = names.join('.');
      result = at(result, names, (value) => change(value, path, context(recordId, path)), 0);
    }
    return result as unknown as T;
  }
}

/** A copy of `value` with what lies at the path changed; only what leads there is copied. */
function at(value: Json, path: readonly string[], change: (value: Json) => Json, arrays: number): Json {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  if (Array.isArray(value)) {
    // A record of a stranger's may be nothing but brackets.
    if (arrays === depthMax)
      throw invalidArgument('record', `of arrays at most ${depthMax} within one another`);
    return value.map((each) => at(each, path, change, arrays + 1));
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  const inner = value[name];
  return inner === undefined ? value : { ...value, [name]: at(inner, rest, change, arrays) };
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
  return `${recordId.length}:${recordId}:${path}`;
}
