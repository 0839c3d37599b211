import { type JwsAlgorithm, jwsAlgorithms } from '../../../backend/contract/auth.ts';
import { parseUniqueObject } from '../json.ts';

/** The members of a JOSE header (RFC 7515 section 4.1) that are acted upon. */
export interface JwtHeader {
  readonly alg: JwsAlgorithm;
  readonly kid: string | undefined;
  /** Media type in lower case without `application/`. */
  readonly typ: string | undefined;
}

const maxHeaderChars = 2_048;

/**
 * Reads a header. `jku`, `jwk`, `x5u` and `x5c` are never acted upon: a token does not say which key to
 * trust. Extensions that must be understood (`crit`), compression and nested tokens are refused, since
 * none is understood here.
 */
export function parseHeader(encoded: string): JwtHeader | undefined {
  if (encoded.length > maxHeaderChars || !/^[\w-]+$/.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.toString('base64url') !== encoded) return undefined;
  const header = parseUniqueObject(bytes.toString('utf8'));
  if (!header) return undefined;
  const { alg, kid, typ, crit, zip, cty } = header;
  if (typeof alg !== 'string' || !Object.hasOwn(jwsAlgorithms, alg)) return undefined;
  if (crit !== undefined || zip !== undefined || Object.hasOwn(header, 'b64')) return undefined;
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 256)) return undefined;
  if (typ !== undefined && typeof typ !== 'string') return undefined;
  if (cty !== undefined && (typeof cty !== 'string' || mediaType(cty) === 'jwt')) return undefined;
  return { alg: alg as JwsAlgorithm, kid, typ: typ === undefined ? undefined : mediaType(typ) };
}

export const mediaType = (text: string): string => text.toLowerCase().replace(/^application\//, '');
