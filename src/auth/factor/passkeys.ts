import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { randomToken } from '../../crypto/random/text.ts';
import { invalidArgument } from '../../errors.ts';
import { name } from '../arguments.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import type { RecordStorage, StoredRecord } from '../storage/port.ts';

/** Settings of {@link Passkeys}. */
export interface PasskeyOptions {
  readonly storage: RecordStorage;
  /** The domain that passkeys are bound to, e.g. `example.com`. */
  readonly rpId: string;
  /** What the browser shows. */
  readonly rpName: string;
  /** Where the pages come from, e.g. `https://app.example.com`. */
  readonly origins: readonly string[];
  /** How long a ceremony may take, in milliseconds. Default five minutes. */
  readonly ceremonyMs?: number;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** A passkey as a device list shows it. */
export interface Passkey {
  readonly id: string;
  readonly label: string;
  readonly createdMs: number;
  readonly lastUsedMs: number;
  /** Kept by the person's own cloud, so that losing a device does not lose it. */
  readonly backedUp: boolean;
}

/** Whether a browser’s answer held, for whom, or why not. */
export type PasskeyCheck =
  | { readonly ok: true; readonly userId: string; readonly passkeyId: string }
  | { readonly ok: false; readonly reason: 'ceremony' | 'unknown' | 'response' };

interface Credential extends Omit<Passkey, 'id'> {
  readonly userId: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
}

interface Ceremony {
  readonly challenge: string;
  readonly userId: string | undefined;
}

const credentials = 'auth.passkey';
const ofUser = 'auth.passkey_of_user';
const ceremonies = 'auth.passkey_ceremony';
const maxPerUser = 50;
const isId = (id: unknown): id is string => typeof id === 'string' && /^[\w-]{1,1400}$/.test(id);

/**
 * Passkeys (WebAuthn level 3), by `@simplewebauthn/server`, an optional peer. User verification is always
 * asked for, so that a passkey counts as two factors.
 */
export class Passkeys {
  readonly #options: PasskeyOptions;
  readonly #now: () => number;

  /**
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an empty relying party id or name, or no origins.
   */
  constructor(options: PasskeyOptions) {
    name('rpId', options.rpId);
    name('rpName', options.rpName);
    if (options.origins.length === 0) throw invalidArgument('origins', 'at least one origin');
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Begins a registration: give `options` to the browser, keep `ceremonyId` with the session. */
  async beginRegistration(user: {
    readonly userId: string;
    readonly userName: string;
  }): Promise<{ readonly ceremonyId: string; readonly options: PublicKeyCredentialCreationOptionsJSON }> {
    const { generateRegistrationOptions } = await peer();
    const known = await this.list(user.userId);
    const options = await generateRegistrationOptions({
      rpID: this.#options.rpId,
      rpName: this.#options.rpName,
      userName: name('userName', user.userName),
      userID: new Uint8Array(Buffer.from(name('userId', user.userId))),
      attestationType: 'none',
      excludeCredentials: known.map(({ id }) => ({ id })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    });
    return { ceremonyId: await this.#begin({ challenge: options.challenge, userId: user.userId }), options };
  }

  /** Ends a registration with the browser's answer, and keeps the passkey. */
  async finishRegistration(
    ceremonyId: string,
    response: RegistrationResponseJSON,
    label = 'Passkey',
    context?: AuthContext,
  ): Promise<PasskeyCheck> {
    const ceremony = await this.#end(ceremonyId);
    if (ceremony?.userId === undefined) return { ok: false, reason: 'ceremony' };
    const { userId } = ceremony;
    const verified = await this.#verifyRegistration(ceremony.challenge, response);
    if (!verified) return this.#failed(userId, context);
    const { credential, credentialBackedUp } = verified;
    const nowMs = this.#now();
    const stored: Credential = {
      userId,
      label: name('label', label, 128),
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: credential.transports ?? [],
      createdMs: nowMs,
      lastUsedMs: nowMs,
      backedUp: credentialBackedUp,
    };
    const added = await this.#options.storage.put(credentials, credential.id, stored, {
      nowMs,
      ifVersion: 0,
    });
    if (added === undefined) return this.#failed(userId, context);
    await this.#options.storage.put(ofUser, `${userId}\n${credential.id}`, {}, { nowMs });
    this.#tell('factor_enrolled', userId, context);
    return { ok: true, userId, passkeyId: credential.id };
  }

  /** Begins a login: without a user, the browser offers the passkeys it has for this site. */
  async beginLogin(userId?: string): Promise<{
    readonly ceremonyId: string;
    readonly options: PublicKeyCredentialRequestOptionsJSON;
  }> {
    const { generateAuthenticationOptions } = await peer();
    const known = userId === undefined ? [] : await this.list(userId);
    const options = await generateAuthenticationOptions({
      rpID: this.#options.rpId,
      userVerification: 'required',
      allowCredentials: known.map(({ id }) => ({ id })),
    });
    return { ceremonyId: await this.#begin({ challenge: options.challenge, userId }), options };
  }

  /** Ends a login with the browser's answer. */
  async finishLogin(
    ceremonyId: string,
    response: AuthenticationResponseJSON,
    context?: AuthContext,
  ): Promise<PasskeyCheck> {
    const ceremony = await this.#end(ceremonyId);
    if (!ceremony) return { ok: false, reason: 'ceremony' };
    const id = response?.id;
    const record = isId(id)
      ? await this.#options.storage.get<Credential>(credentials, id, this.#now())
      : undefined;
    if (!record || (ceremony.userId !== undefined && ceremony.userId !== record.value.userId)) {
      this.#tell('factor_failed', ceremony.userId, context);
      return { ok: false, reason: 'unknown' };
    }
    const { userId } = record.value;
    const counter = await this.#verifyLogin(ceremony.challenge, record, response);
    if (counter === undefined) return this.#failed(userId, context);
    const nowMs = this.#now();
    const used: Credential = { ...record.value, counter, lastUsedMs: nowMs };
    const options = { nowMs, ifVersion: record.version };
    if ((await this.#options.storage.put(credentials, record.key, used, options)) === undefined) {
      return this.#failed(userId, context);
    }
    this.#tell('factor_succeeded', userId, context);
    return { ok: true, userId, passkeyId: record.key };
  }

  /** The keys of a user, with their labels and last use. */
  async list(userId: string): Promise<Passkey[]> {
    const nowMs = this.#now();
    const keys = await this.#options.storage.list(ofUser, {
      nowMs,
      prefix: `${userId}\n`,
      limit: maxPerUser,
    });
    const ids = keys.map(({ key }) => key.slice(userId.length + 1));
    const records = await Promise.all(
      ids.map((id) => this.#options.storage.get<Credential>(credentials, id, nowMs)),
    );
    return records.flatMap((record) => (record ? [asPasskey(record)] : []));
  }

  /** Removes a key of a user; `false` where the user has none of that id. */
  async remove(userId: string, id: string, context?: AuthContext): Promise<boolean> {
    const record = isId(id)
      ? await this.#options.storage.get<Credential>(credentials, id, this.#now())
      : undefined;
    if (record?.value.userId !== userId) return false;
    await this.#options.storage.remove(credentials, id);
    await this.#options.storage.remove(ofUser, `${userId}\n${id}`);
    this.#tell('factor_removed', userId, context);
    return true;
  }

  async #verifyRegistration(challenge: string, response: RegistrationResponseJSON) {
    const { verifyRegistrationResponse } = await peer();
    try {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: [...this.#options.origins],
        expectedRPID: this.#options.rpId,
        requireUserVerification: true,
      });
      return verified ? registrationInfo : undefined;
    } catch {
      // The library throws on what the browser sent: an answer of no, not a failure of ours.
      return undefined;
    }
  }

  async #verifyLogin(
    challenge: string,
    { key, value }: StoredRecord<Credential>,
    response: AuthenticationResponseJSON,
  ): Promise<number | undefined> {
    const { verifyAuthenticationResponse } = await peer();
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: [...this.#options.origins],
        expectedRPID: this.#options.rpId,
        requireUserVerification: true,
        credential: {
          id: key,
          publicKey: new Uint8Array(Buffer.from(value.publicKey, 'base64url')),
          counter: value.counter,
        },
      });
      return verified ? authenticationInfo.newCounter : undefined;
    } catch {
      return undefined;
    }
  }

  async #begin(ceremony: Ceremony): Promise<string> {
    const id = randomToken(16);
    const nowMs = this.#now();
    const expiresMs = nowMs + (this.#options.ceremonyMs ?? 300_000);
    await this.#options.storage.put(ceremonies, id, ceremony, { nowMs, expiresMs, ifVersion: 0 });
    return id;
  }

  /** A challenge serves once: whoever removes it has it. */
  async #end(id: unknown): Promise<Ceremony | undefined> {
    if (!isId(id)) return undefined;
    const record = await this.#options.storage.get<Ceremony>(ceremonies, id, this.#now());
    if (!record || !(await this.#options.storage.remove(ceremonies, id, record.version))) return undefined;
    return record.value;
  }

  #failed(userId: string, context: AuthContext | undefined): PasskeyCheck {
    this.#tell('factor_failed', userId, context);
    return { ok: false, reason: 'response' };
  }

  #tell(
    action: 'factor_enrolled' | 'factor_succeeded' | 'factor_failed' | 'factor_removed',
    userId: string | undefined,
    context: AuthContext | undefined,
  ): void {
    emit(this.#options.listener, this.#now(), action, { userId, context, about: { factor: 'hwk' } });
  }
}

const asPasskey = ({ key, value }: StoredRecord<Credential>): Passkey => {
  const { label, createdMs, lastUsedMs, backedUp } = value;
  return { id: key, label, createdMs, lastUsedMs, backedUp };
};

async function peer() {
  try {
    return await import('@simplewebauthn/server');
  } catch (error) {
    throw invalidArgument(
      'passkeys',
      `used with @simplewebauthn/server installed (npm install @simplewebauthn/server): ${(error as Error).message}`,
    );
  }
}
