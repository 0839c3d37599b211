import { invalidArgument } from '../../../errors.ts';
import { spanMs } from '../../arguments.ts';
import { type Jwk, JwtKey } from './key.ts';
import type { JwtKeySource } from './keys.ts';

/** Settings of {@link RemoteJwks}. */
export interface RemoteJwksOptions {
  /** Where the issuer publishes its keys: `https:`, or `http:` on this machine. */
  readonly url: string;
  /** Default: the runtime's own. */
  readonly fetch?: typeof fetch;
  /** How long a fetched set serves, in milliseconds. Default ten minutes. */
  readonly freshMs?: number;
  /** How long it serves where the issuer cannot be reached, in milliseconds. Default 24 hours. */
  readonly staleMs?: number;
  /** The least time between two fetches that an unknown `kid` brings about, in milliseconds. Default 30,000. */
  readonly cooldownMs?: number;
  /** Default 5,000 milliseconds. */
  readonly timeoutMs?: number;
  /** Takes failures to fetch. */
  readonly onError?: (error: unknown) => void;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const maxBytes = 262_144;
const maxKeys = 100;

/**
 * An issuer's published keys (RFC 7517 section 5): fetched when first needed, again when they are old, and
 * when a token names a key that is not among them, as after a rotation, but never more often than the
 * cool-down allows. Only public keys are taken, so that a shared secret cannot be slipped in.
 */
export class RemoteJwks implements JwtKeySource {
  readonly #options: Required<Omit<RemoteJwksOptions, 'onError'>>;
  readonly #onError: (error: unknown) => void;
  #keys: ReadonlyMap<string, JwtKey> = new Map();
  #only: JwtKey | undefined;
  #fetchedMs = Number.NEGATIVE_INFINITY;
  #triedMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an address that is neither https nor local. */
  constructor({ onError = () => {}, ...rest }: RemoteJwksOptions) {
    this.#options = {
      fetch: globalThis.fetch,
      freshMs: 600_000,
      staleMs: 86_400_000,
      cooldownMs: 30_000,
      timeoutMs: 5_000,
      now: Date.now,
      ...rest,
    };
    const { freshMs, staleMs, cooldownMs, timeoutMs } = this.#options;
    for (const [key, value] of Object.entries({ freshMs, staleMs, cooldownMs, timeoutMs }))
      spanMs(key, value);
    const url = URL.parse(this.#options.url);
    const local = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) {
      throw invalidArgument('url', 'an https address, or http on this machine');
    }
    this.#onError = onError;
  }

  find(kid: string | undefined): JwtKey | undefined | Promise<JwtKey | undefined> {
    const nowMs = this.#options.now();
    const ageMs = nowMs - this.#fetchedMs;
    const known = this.#known(kid);
    if (known && ageMs < this.#options.freshMs) return known;
    if (nowMs - this.#triedMs < this.#options.cooldownMs && !this.#fetching) {
      return ageMs < this.#options.staleMs ? known : undefined;
    }
    this.#fetching ??= this.#refresh().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching.then(() => {
      const stillMs = this.#options.now() - this.#fetchedMs;
      return stillMs < this.#options.staleMs ? this.#known(kid) : undefined;
    });
  }

  #known(kid: string | undefined): JwtKey | undefined {
    return kid === undefined ? this.#only : this.#keys.get(kid);
  }

  async #refresh(): Promise<void> {
    const { now, url, timeoutMs } = this.#options;
    this.#triedMs = now();
    try {
      const response = await this.#options.fetch(url, {
        redirect: 'error',
        headers: { accept: 'application/jwk-set+json, application/json' },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      this.#take(JSON.parse(await boundedText(response)));
      this.#fetchedMs = now();
    } catch (error) {
      this.#onError(error);
    }
  }

  #take(set: { keys?: unknown }): void {
    if (!Array.isArray(set?.keys)) throw new Error(`${this.#options.url} gave no JWK set`);
    const all: JwtKey[] = [];
    for (const jwk of set.keys.slice(0, maxKeys) as Jwk[]) {
      // Sets hold keys of other kinds and for other uses too: those are not for us.
      if (jwk?.kty === 'oct' || jwk?.d !== undefined) continue;
      try {
        all.push(JwtKey.import(jwk));
      } catch {}
    }
    this.#keys = new Map(all.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key] as const])));
    this.#only = all.length === 1 ? all[0] : undefined;
  }
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) throw new Error(`the key set is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
