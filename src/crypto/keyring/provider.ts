import { readFile, stat } from 'node:fs/promises';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { AeadKey } from '../aead/key.ts';
import { randomBytes } from '../random/bytes.ts';

/** A data key: used now, and wrapped so that only the provider can get it back. */
export interface DataKey {
  /** 32 bytes, to be wiped after use. */
  readonly plaintext: Uint8Array;
  /** At most 65,535 bytes. */
  readonly wrapped: Uint8Array;
}

/** Where master keys live: a file, the environment, or a key management service. */
export interface KeyProvider {
  /** A new random data key of 32 bytes, in the clear and wrapped. */
  generateDataKey(): Promise<DataKey>;
  /** @throws {WolfsecError} `WOLFSEC_OPEN_FAILED` where the master key did not wrap it. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** A master key in this process. */
class LocalKeyProvider implements KeyProvider {
  readonly #load: () => Promise<AeadKey>;
  #key: Promise<AeadKey> | undefined;

  constructor(load: () => Promise<AeadKey>) {
    this.#load = load;
  }

  async generateDataKey(): Promise<DataKey> {
    const key = await this.#master();
    const plaintext = randomBytes(32);
    return { plaintext, wrapped: key.seal(plaintext, 'wolfsec data key') };
  }

  async unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    return (await this.#master()).open(wrapped, 'wolfsec data key');
  }

  #master(): Promise<AeadKey> {
    this.#key ??= this.#load().catch((error) => {
      // The next call tries again: the file may be there by then.
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }
}

/**
 * A master key of 32 bytes in an environment variable, as base64, base64url or hex. It is read at first use.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` at first use.
 */
export function envKeyProvider(variable: string): KeyProvider {
  return new LocalKeyProvider(async () => {
    const text = process.env[variable];
    if (text === undefined) {
      throw new WolfsecError('WOLFSEC_INVALID_KEY', `the environment variable ${variable} is not set`);
    }
    return masterKey(text, `the environment variable ${variable}`);
  });
}

/**
 * A master key in a file: 32 bytes as base64, base64url or hex. A file that others than its owner may read
 * is refused.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` at first use.
 */
export function fileKeyProvider(path: string): KeyProvider {
  return new LocalKeyProvider(() => readKeyFile(path));
}

/** The key in a file of 32 bytes as base64, base64url or hex, readable by its owner alone. */
export async function readKeyFile(path: string): Promise<AeadKey> {
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'the path of a file');
  let text: string;
  let mode: number;
  try {
    mode = (await stat(path)).mode;
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INVALID_KEY', `the key file ${path} cannot be read`, { cause });
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new WolfsecError('WOLFSEC_INVALID_KEY', `the key file ${path} is open to others: chmod 600 it`);
  }
  return masterKey(text, `the key file ${path}`);
}

function masterKey(text: string, where: string): AeadKey {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, /^[0-9a-fA-F]{64}$/.test(trimmed) ? 'hex' : 'base64url');
  if (bytes.length !== 32) {
    throw new WolfsecError('WOLFSEC_INVALID_KEY', `${where} must hold 32 bytes as base64 or hex`);
  }
  const key = AeadKey.import('xchacha20-poly1305', bytes);
  bytes.fill(0);
  return key;
}
