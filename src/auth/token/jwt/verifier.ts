import { jwsMalformed } from '../../../backend/contract/auth.ts';
import { wholeNumber } from '../../arguments.ts';
import { type AuthContext, type AuthListener, emit } from '../../event.ts';
import {
  type ClaimRefusal,
  type ClaimRules,
  type Claims,
  judgeClaims,
  type ReadyRules,
  readyRules,
} from '../claims.ts';
import { parseUniqueObject } from '../json.ts';
import { type JwtHeader, mediaType, parseHeader } from './header.ts';
import { JwtKey } from './key.ts';
import { type JwtKeySource, JwtKeys } from './keys.ts';

export interface JwtVerifierOptions extends ClaimRules {
  /** One key, several, or a source such as {@link RemoteJwks}. The algorithm is always the key's own. */
  readonly keys: JwtKey | readonly JwtKey[] | JwtKeySource;
  /** Types accepted in the header's `typ` (RFC 8725 section 3.11). Default: none, `JWT` and `at+jwt`. */
  readonly types?: readonly string[];
  /** The longest token looked at, in characters. Default 8,192. */
  readonly maxChars?: number;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Why a token does not hold. */
export type JwtRefusal = 'malformed' | 'header' | 'type' | 'key' | 'algorithm' | 'signature' | ClaimRefusal;
/** Whether a token holds, its claims, or why not. */
export type JwtCheck =
  | { readonly ok: true; readonly claims: Claims; readonly kid: string | undefined }
  | { readonly ok: false; readonly reason: JwtRefusal };

/** Distinct headers kept parsed: an issuer has one for each key. */
const maxHeaders = 64;

/** Verifies signed tokens: JWS compact serialisation with HS256, ES256 or EdDSA. */
export class JwtVerifier {
  readonly #source: JwtKeySource;
  readonly #rules: ReadyRules;
  readonly #types: ReadonlySet<string> | undefined;
  readonly #maxChars: number;
  readonly #listener: AuthListener | undefined;
  readonly #now: () => number;
  readonly #headers = new Map<string, JwtHeader>();
  #payload = Buffer.allocUnsafeSlow(2_048);

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor(options: JwtVerifierOptions) {
    const { keys, types, maxChars = 8_192, listener, now = Date.now } = options;
    this.#source = sourceOf(keys);
    this.#rules = readyRules(options);
    this.#types = types && new Set(types.map(mediaType));
    this.#maxChars = wholeNumber('maxChars', maxChars, 64, 1_048_576);
    this.#listener = listener;
    this.#now = now;
  }

  /**
   * Checks a token. Answers at once where the key is at hand, and with a promise where it has to be
   * fetched; `await` serves both. Never throws, whatever the token.
   */
  verify(token: string, context?: AuthContext): JwtCheck | Promise<JwtCheck> {
    if (typeof token !== 'string' || token.length > this.#maxChars) return this.#refuse('malformed', context);
    const dot = token.indexOf('.');
    const encoded = token.slice(0, Math.max(0, dot));
    const known = this.#headers.get(encoded);
    const header = known ?? parseHeader(encoded);
    if (!header) return this.#refuse('header', context);
    if (!this.#takesType(header.typ)) return this.#refuse('type', context);
    const found = this.#source.find(header.kid);
    if (found instanceof Promise) {
      return found.then((key) => this.#withKey(token, encoded, header, key, context));
    }
    return this.#withKey(token, encoded, header, found, context);
  }

  #withKey(
    token: string,
    encoded: string,
    header: JwtHeader,
    key: JwtKey | undefined,
    context: AuthContext | undefined,
  ): JwtCheck {
    if (!key) return this.#refuse('key', context);
    if (key.algorithm !== header.alg) return this.#refuse('algorithm', context);
    if (this.#payload.length < token.length) this.#payload = Buffer.allocUnsafeSlow(token.length);
    const length = key.verify(token, this.#payload);
    if (length < 0) return this.#refuse(length === jwsMalformed ? 'malformed' : 'signature', context);
    const claims = parseUniqueObject(this.#payload.toString('utf8', 0, length)) as Claims | undefined;
    if (!claims) return this.#refuse('claims', context);
    const refusal = judgeClaims(claims, this.#rules, this.#now() / 1000);
    if (refusal) return this.#refuse(refusal, context, claims);
    // Only of tokens that a key vouched for, so that nobody else can fill the map.
    if (this.#headers.size < maxHeaders && !this.#headers.has(encoded)) this.#headers.set(encoded, header);
    return { ok: true, claims, kid: key.kid };
  }

  #takesType(typ: string | undefined): boolean {
    if (this.#types) return typ !== undefined && this.#types.has(typ);
    return typ === undefined || typ === 'jwt' || typ === 'at+jwt';
  }

  #refuse(reason: JwtRefusal, context: AuthContext | undefined, claims?: Claims): JwtCheck {
    if (this.#listener)
      emit(this.#listener, this.#now(), 'token_rejected', { reason, userId: claims?.sub, context });
    return { ok: false, reason };
  }
}

function sourceOf(keys: JwtVerifierOptions['keys']): JwtKeySource {
  if (keys instanceof JwtKey) return new JwtKeys(keys);
  return Array.isArray(keys) ? new JwtKeys(...(keys as readonly JwtKey[])) : (keys as JwtKeySource);
}
