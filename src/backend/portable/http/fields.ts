import { type HttpCheck, httpLocations } from '../../contract/http.ts';
import type { JsonPath } from './path.ts';

/** One field of a request as the walkers hand it on; `false` stops the walk. */
export interface Visitor {
  field(location: number, name: string, value: string): boolean;
  /** The same for a value within JSON: the path tells where it stands. */
  nested(location: number, path: JsonPath, value: string): boolean;
  check(check: HttpCheck, name: string, value: string): void;
}

/** Bits of {@link httpLocations} for use without look-ups. */
export const at = httpLocations;
