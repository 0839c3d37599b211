import { hash } from 'node:crypto';
import { WolfsecError } from '../../errors.ts';

/** How often a password appears among breached ones; 0 for never. */
export type BreachLookup = (password: string) => Promise<number>;

/** Settings of {@link pwnedPasswords}. */
export interface PwnedPasswordsOptions {
  /** Default: the runtime's own. */
  readonly fetch?: typeof fetch;
  /** Default: the range service of Have I Been Pwned. */
  readonly url?: string;
  /** Default 2,000 milliseconds. */
  readonly timeoutMs?: number;
}

const maxBytes = 262_144;

/**
 * Asks Pwned Passwords by k-anonymity: five of forty hexadecimal digits of the SHA-1 leave this machine, and
 * the answer is padded, so that neither the service nor a listener learns which password is meant.
 */
export function pwnedPasswords(options: PwnedPasswordsOptions = {}): BreachLookup {
  const {
    fetch = globalThis.fetch,
    url = 'https://api.pwnedpasswords.com/range/',
    timeoutMs = 2_000,
  } = options;
  return async (password) => {
    const digest = hash('sha1', password, 'hex').toUpperCase();
    const response = await fetch(url + digest.slice(0, 5), {
      headers: { 'add-padding': 'true' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw unavailable(`answered ${response.status}`);
    const text = await response.text();
    if (text.length > maxBytes) throw unavailable('answered at too great length');
    const suffix = `${digest.slice(5)}:`;
    const line = text.split('\n').find((one) => one.startsWith(suffix));
    // Padding has the count 0.
    return line === undefined ? 0 : Number.parseInt(line.slice(suffix.length), 10) || 0;
  };
}

const unavailable = (what: string) =>
  new WolfsecError('WOLFSEC_DELIVERY_FAILED', `the list of breached passwords ${what}`);
