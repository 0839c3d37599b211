import type { HttpLocation } from '../backend/contract/http.ts';
import { invalidArgument } from '../errors.ts';
import type { HttpSignature } from './program.ts';

/** What not to report; a finding is left out when it fits all that one exclusion names. */
export interface Exclusion {
  /** Path, or its start where it ends in `*`. */
  readonly path?: string;
  /**
   * Parameter, header, cookie or part, or where in JSON: `user.name`, `items[].id` (`[]`: every
   * element). May name the location too, as detections do (`body.user.name`); end in `*` where the start
   * is meant; begin with `*.` for a key wherever it stands.
   */
  readonly parameter?: string;
  /** Signature id, e.g. `sqli-select`. */
  readonly signature?: string;
  /** Category, e.g. `xss`. */
  readonly category?: string;
}

/** The exclusions of one inspector. */
export class Exclusions {
  readonly #all: readonly Exclusion[];

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for one that names nothing: it would leave out everything. */
  constructor(all: readonly Exclusion[]) {
    all.forEach((exclusion, index) => {
      const { path, parameter, signature, category } = exclusion;
      if ([path, parameter, signature, category].every((part) => part === undefined)) {
        throw invalidArgument(
          `exclusions[${index}]`,
          'an object with a path, parameter, signature or category',
        );
      }
    });
    this.#all = all;
  }

  covers(path: string, location: HttpLocation, parameter: string, signature: HttpSignature): boolean {
    return this.#all.some(
      (one) =>
        (one.path === undefined || fitsPath(one.path, path)) &&
        (one.parameter === undefined || fitsParameter(one.parameter, location, parameter)) &&
        (one.signature === undefined || one.signature === signature.id) &&
        (one.category === undefined || one.category === signature.category),
    );
  }
}

/** Whether a parameter is the one named, with its location or without. */
function fitsParameter(named: string, location: HttpLocation, parameter: string): boolean {
  if (named.startsWith('*.')) {
    const key = named.slice(2);
    return fitsPath(key, parameter) || parameter.endsWith(named.slice(1));
  }
  return fitsPath(named, parameter) || fitsPath(named, `${location}.${parameter}`);
}

/** Whether a path is the one named, or starts with it where the name ends in `*`. */
export function fitsPath(named: string, path: string): boolean {
  return named.endsWith('*') ? path.startsWith(named.slice(0, -1)) : path === named;
}
