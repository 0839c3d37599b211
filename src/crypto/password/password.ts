import type { Argon2Cost } from '../../backend/contract/kdf.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { constantTimeEqual } from '../compare.ts';
import { checkInteger, type Input, inputBytes } from '../input.ts';
import { randomBytes } from '../random/bytes.ts';
import { formatArgon2id, parseStored, type StoredHash } from './phc.ts';
import { PasswordQueue, type PasswordQueueOptions } from './queue.ts';

export type { Argon2Cost, PasswordQueueOptions };

/** What OWASP's Password Storage Cheat Sheet advises for argon2id. */
export const argon2Default: Argon2Cost = { memoryKib: 19456, iterations: 2, lanes: 1 };

/** The most that a stored hash may ask for, so that no stored text can tie up the machine. */
const memoryMaxKib = 1 << 20;
const workMaxKib = 1 << 23;
const iterationsMax = 1024;
const lanesMax = 255;
const saltBytes = 16;
const hashBytes = 32;
const passwordMaxBytes = 4096;

export interface PasswordHasherOptions extends PasswordQueueOptions {
  /** Argon2id's cost; {@link argon2Default} where not told. */
  readonly cost?: Partial<Argon2Cost>;
  /**
   * Secrets that go into every hash and are stored elsewhere, by an id of 1 to 8 bytes that is stored in
   * the hash. New hashes use `pepperId`. The hasher keeps copies.
   */
  readonly peppers?: Readonly<Record<string, Uint8Array>>;
  readonly pepperId?: string;
}

/** What one call may have otherwise. */
export interface PasswordCallOptions {
  /** Gives the hash up: it rejects with `WOLFSEC_ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * Hashes and verifies passwords on other threads, through a bounded queue. New hashes are argon2id PHC
 * strings; scrypt PHC strings and bcrypt hashes are verified, too, to be replaced when
 * {@link needsRehash} says so.
 */
export class PasswordHasher {
  readonly queue: PasswordQueue;
  readonly #cost: Argon2Cost;
  readonly #peppers: ReadonlyMap<string, Uint8Array>;
  readonly #pepperId: string | undefined;

  /**
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a cost below the floor or a pepper that is too
   * short, missing or unnamed. Default: argon2id at OWASP's parameters, no pepper.
   */
  constructor(options: PasswordHasherOptions = {}) {
    this.queue = new PasswordQueue(options);
    this.#cost = checkArgon2Cost({ ...argon2Default, ...options.cost });
    const peppers = Object.entries(options.peppers ?? {});
    for (const [id, pepper] of peppers) checkPepper(id, pepper);
    // Copies, so that the caller may wipe its own.
    this.#peppers = new Map(peppers.map(([id, pepper]) => [id, Uint8Array.from(pepper)]));
    this.#pepperId = options.pepperId;
    if (this.#pepperId !== undefined && !this.#peppers.has(this.#pepperId)) {
      throw invalidArgument('pepperId', 'one of the ids in peppers');
    }
  }

  /**
   * The argon2id PHC string of a password, with a salt of its own.
   *
   * @throws {WolfsecError} `WOLFSEC_QUEUE_FULL`, `WOLFSEC_ABORTED`, `WOLFSEC_INVALID_ARGUMENT` for an
   *   empty password or one over 4,096 bytes.
   */
  async hash(password: Input, options: PasswordCallOptions = {}): Promise<string> {
    return withPassword(password, async (bytes) => {
      const salt = randomBytes(saltBytes);
      const hash = await this.#argon2id(bytes, salt, this.#cost, hashBytes, this.#pepperId, options.signal);
      return formatArgon2id(this.#cost, salt, hash, this.#pepperId);
    });
  }

  /**
   * Whether `password` is the one that `stored` was made from. bcrypt sees its first 72 bytes alone.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_PASSWORD_HASH` where `stored` cannot be read,
   *   `WOLFSEC_LIMIT_EXCEEDED` where it asks for too much work, `WOLFSEC_UNKNOWN_KEY` where its pepper is
   *   not at hand; and as {@link hash}.
   */
  async verify(stored: string, password: Input, options: PasswordCallOptions = {}): Promise<boolean> {
    const parsed = parseStored(stored);
    return withPassword(password, (bytes) => this.#verify(parsed, bytes, options.signal));
  }

  /** Whether `stored` was made in another way than {@link hash} would today: hash anew after a login. */
  needsRehash(stored: string): boolean {
    const parsed: StoredHash = parseStored(stored);
    if (parsed.kind !== 'argon2id') return true;
    const { memoryKib, iterations, lanes } = parsed.cost;
    return (
      memoryKib !== this.#cost.memoryKib ||
      iterations !== this.#cost.iterations ||
      lanes !== this.#cost.lanes ||
      parsed.pepperId !== this.#pepperId ||
      parsed.salt.length < saltBytes ||
      parsed.hash.length < hashBytes
    );
  }

  async #verify(stored: StoredHash, password: Uint8Array, signal: AbortSignal | undefined): Promise<boolean> {
    const { kdf } = activeBackend();
    checkWork(stored);
    if (stored.kind === 'bcrypt') {
      if (!isUtf8(password)) return false;
      return this.queue.run(() => kdf.bcryptVerify(password, stored.text), signal);
    }
    const { salt, hash } = stored;
    if (stored.kind === 'scrypt') {
      const made = await this.queue.run(() => kdf.scrypt(password, salt, stored.cost, hash.length), signal);
      return constantTimeEqual(made, hash);
    }
    const { cost, pepperId } = stored;
    const made = await this.#argon2id(password, salt, cost, hash.length, pepperId, signal);
    return constantTimeEqual(made, hash);
  }

  #argon2id(
    password: Uint8Array,
    salt: Uint8Array,
    cost: Argon2Cost,
    length: number,
    pepperId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    const pepper = pepperId === undefined ? new Uint8Array(0) : this.#peppers.get(pepperId);
    if (!pepper) {
      throw new WolfsecError(
        'WOLFSEC_UNKNOWN_KEY',
        `the stored hash uses the pepper ${JSON.stringify(pepperId)}, which is not among the peppers`,
      );
    }
    const { kdf } = activeBackend();
    return this.queue.run(() => kdf.argon2id(password, salt, pepper, cost, length), signal);
  }
}

/** Runs `work` on bytes of its own, wiped afterwards: the caller's may be wiped while the call waits its turn. */
async function withPassword<T>(password: Input, work: (bytes: Uint8Array) => Promise<T>): Promise<T> {
  const given = inputBytes(password, 'password');
  if (given.length === 0 || given.length > passwordMaxBytes) {
    throw invalidArgument('password', `1 to ${passwordMaxBytes} bytes long`);
  }
  const bytes = given === password ? Uint8Array.from(given) : given;
  try {
    return await work(bytes);
  } finally {
    bytes.fill(0);
  }
}

function checkArgon2Cost({ memoryKib, iterations, lanes }: Argon2Cost): Argon2Cost {
  checkInteger(lanes, 'cost.lanes', 1, lanesMax);
  checkInteger(iterations, 'cost.iterations', 1, iterationsMax);
  checkInteger(memoryKib, 'cost.memoryKib', 8 * lanes, memoryMaxKib);
  if (memoryKib * iterations > workMaxKib) {
    throw new WolfsecError(
      'WOLFSEC_LIMIT_EXCEEDED',
      `argon2id with ${memoryKib} KiB and ${iterations} iterations is more work than the ${workMaxKib} KiB allowed`,
    );
  }
  return { memoryKib, iterations, lanes };
}

/** Throws where a stored hash, whose numbers are not the caller's, asks for more than a machine should do. */
function checkWork(stored: StoredHash): void {
  if (stored.kind === 'bcrypt') {
    if (stored.rounds > 16) throw tooMuchWork('bcrypt with more than 2^16 rounds');
  } else if (stored.kind === 'scrypt') {
    const { logN, r, p } = stored.cost;
    const memoryKib = (r * 2 ** logN) / 8;
    if (logN >= 16 * r || memoryKib + (r * p) / 8 > memoryMaxKib || memoryKib * p > workMaxKib) {
      throw tooMuchWork(`scrypt with logN=${logN}, r=${r}, p=${p}`);
    }
  } else {
    const { memoryKib, iterations, lanes } = stored.cost;
    const work = memoryKib * iterations;
    if (lanes > lanesMax || iterations > iterationsMax || memoryKib > memoryMaxKib || work > workMaxKib) {
      throw tooMuchWork(`argon2id with m=${memoryKib}, t=${iterations}, p=${lanes}`);
    }
  }
}

function tooMuchWork(what: string): WolfsecError {
  return new WolfsecError(
    'WOLFSEC_LIMIT_EXCEEDED',
    `the stored hash asks for more work than is allowed: ${what}`,
  );
}

function checkPepper(id: string, pepper: Uint8Array): void {
  if (Buffer.byteLength(id) < 1 || Buffer.byteLength(id) > 8) {
    throw invalidArgument('peppers', 'held by ids of 1 to 8 bytes');
  }
  if (!(pepper instanceof Uint8Array) || pepper.length < 16 || pepper.length > 1024) {
    throw invalidArgument(`peppers[${JSON.stringify(id)}]`, 'a Uint8Array of 16 to 1024 bytes');
  }
}

/** bcrypt takes text: a password that is none was not hashed by it. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

let shared: PasswordHasher | undefined;
function sharedHasher(): PasswordHasher {
  shared ??= new PasswordHasher();
  return shared;
}

/** {@link PasswordHasher.hash} with the defaults. */
export function hashPassword(password: Input, options?: PasswordCallOptions): Promise<string> {
  return sharedHasher().hash(password, options);
}

/** {@link PasswordHasher.verify} with the defaults. */
export function verifyPassword(
  stored: string,
  password: Input,
  options?: PasswordCallOptions,
): Promise<boolean> {
  return sharedHasher().verify(stored, password, options);
}

/** {@link PasswordHasher.needsRehash} with the defaults. */
export function needsRehash(stored: string): boolean {
  return sharedHasher().needsRehash(stored);
}
