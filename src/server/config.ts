import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { loadAll } from 'js-yaml';
import { invalidArgument, WolfsecError } from '../errors.ts';

/** Everything that `wolfsec serve` can be told. */
export interface ServeConfig {
  /** Address to listen on. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Whether requests need an API key. Default: where `host` is not loopback; must not be off there. */
  readonly auth: boolean;
  readonly rules: readonly string[];
  /** Lists of bad addresses, domains and hashes: files or `https:` addresses. */
  readonly feeds: readonly string[];
  /** Folder of the embedded database and the outbox. */
  readonly data: string;
  /** `postgres://…` instead of the embedded database. */
  readonly databaseUrl: string;
  /** Where alerts are posted besides `alerts.ndjson` in the data folder. */
  readonly webhookUrl: string;
  readonly maxBodyBytes: number;
  readonly maxQueueBytes: number;
  readonly maxQueueBatches: number;
  readonly lanes: number;
  /** How long a request waits for the store before it is answered 503. */
  readonly ackTimeoutMs: number;
  /** How long shutdown waits for what was taken in. */
  readonly shutdownMs: number;
  readonly syslogHost: string;
  /** 0 for none. */
  readonly syslogUdpPort: number;
  readonly syslogTcpPort: number;
  /** Broker that events are handed on to, instead of being looked at here, e.g. `nats://127.0.0.1:4222`. */
  readonly forward: string;
  /** Broker that a worker takes events from. */
  readonly source: string;
  /** PEM file of the authorities that the broker's certificate is checked by, instead of those that Node knows. */
  readonly brokerCa: string;
  /** PEM files of the certificate shown to the broker, and of its key. */
  readonly brokerCert: string;
  readonly brokerKey: string;
  /** Password of the user that the broker's address names without one. */
  readonly brokerPassword: string;
  /** The file that has it, instead. */
  readonly brokerPasswordFile: string;
  /** Before the names of everything that a fleet keeps in broker and store. */
  readonly brokerPrefix: string;
  /** Partitions of correlation; the same on every machine of a fleet. */
  readonly partitions: number;
  /** Copies of each stream in a NATS cluster. */
  readonly replicas: number;
  /** Bytes of events that may wait in the broker. */
  readonly brokerQueueBytes: number;
  /** How long the logs of hits and detections are kept. */
  readonly logHours: number;
  /** How long a message may be worked on before another worker gets it. */
  readonly ackWaitMs: number;
  /** A message given out more often goes to the dead letters. */
  readonly maxDeliveries: number;
  /** A worker not heard of for so long has its share taken over. */
  readonly leaseMs: number;
  /** Where a worker answers `/healthz`, `/readyz` and `/metrics`; 0 for nowhere. */
  readonly workerPort: number;
  /** Reads rules anew when their files change. */
  readonly watchRules: boolean;
  /** Redis in which limits of requests are counted for all front doors together. */
  readonly redisUrl: string;
  /** What the limit does while Redis is away: counts here alone, lets all requests pass, or none. */
  readonly redisAway: 'local' | 'open' | 'closed';
  /** Requests that one key, or address, may send within a minute; 0 for any number. */
  readonly requestsPerMinute: number;
  /** Prefixes that may send syslog; needed where `syslogHost` is not loopback, since syslog knows no keys. */
  readonly syslogAllow: readonly string[];
}

interface Setting<T = unknown> {
  readonly fallback: T;
  readonly what: string;
  read(value: unknown): T | undefined;
}

const text = (fallback: string, what: string): Setting<string> => ({
  fallback,
  what,
  read: (value) => (typeof value === 'string' ? value : undefined),
});

const pattern = (fallback: string, form: RegExp, what: string): Setting<string> => ({
  fallback,
  what,
  read: (value) => (typeof value === 'string' && form.test(value) ? value : undefined),
});

const whole = (fallback: number, least: number, most: number): Setting<number> => ({
  fallback,
  what: `a whole number from ${least} to ${most}`,
  read(value) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const fits = Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most;
    return fits ? (number as number) : undefined;
  },
});

const list = (fallback: readonly string[], what: string): Setting<readonly string[]> => ({
  fallback,
  what,
  read(value) {
    const parts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string' && part !== '')
      ? parts
      : undefined;
  },
});

const flag = (fallback: boolean | undefined): Setting<boolean | undefined> => ({
  fallback,
  what: 'true or false',
  read: (value) =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
});

const mebibyte = 1024 * 1024;

/** Every setting by its name in the file; `WOLFSEC_` and upper snake case in the environment. */
export const settings: { readonly [Name in keyof ServeConfig]: Setting } = {
  host: text('127.0.0.1', 'an IP address or localhost'),
  port: whole(8480, 0, 65_535),
  auth: flag(undefined),
  rules: list([], 'paths of rules, in the environment parted by commas'),
  feeds: list([], 'files or https:// addresses of lists, in the environment parted by commas'),
  data: text('wolfsec-data', 'a folder'),
  databaseUrl: text('', 'a postgres:// address'),
  webhookUrl: text('', 'an https:// address'),
  maxBodyBytes: whole(8 * mebibyte, 1024, 256 * mebibyte),
  maxQueueBytes: whole(64 * mebibyte, 1024, 4096 * mebibyte),
  maxQueueBatches: whole(256, 1, 100_000),
  lanes: whole(2, 1, 64),
  ackTimeoutMs: whole(30_000, 10, 600_000),
  shutdownMs: whole(10_000, 0, 600_000),
  syslogHost: text('127.0.0.1', 'an IP address or localhost'),
  syslogUdpPort: whole(0, 0, 65_535),
  syslogTcpPort: whole(0, 0, 65_535),
  forward: text('', 'an address of a broker'),
  source: text('', 'an address of a broker'),
  brokerCa: text('', 'a PEM file'),
  brokerCert: text('', 'a PEM file'),
  brokerKey: text('', 'a PEM file'),
  brokerPassword: text('', 'a password'),
  brokerPasswordFile: text('', 'a file'),
  brokerPrefix: pattern('wolfsec', /^[a-z][a-z0-9_-]{0,31}$/i, 'letters, digits, _ and -, up to 32'),
  partitions: whole(16, 1, 1024),
  replicas: whole(1, 1, 5),
  brokerQueueBytes: whole(1024 * mebibyte, mebibyte, 1024 * 1024 * mebibyte),
  logHours: whole(48, 1, 8_760),
  ackWaitMs: whole(30_000, 1_000, 3_600_000),
  maxDeliveries: whole(5, 1, 1_000),
  leaseMs: whole(10_000, 500, 600_000),
  workerPort: whole(0, 0, 65_535),
  watchRules: flag(false),
  redisUrl: text('', 'a redis:// address'),
  redisAway: pattern('local', /^(local|open|closed)$/, 'local, open or closed'),
  requestsPerMinute: whole(0, 0, 1_000_000_000),
  syslogAllow: list([], 'prefixes such as 10.0.0.0/8, in the environment parted by commas'),
};

export type SettingName = keyof ServeConfig;
const names = Object.keys(settings) as SettingName[];

/** The environment variable of a setting: `dataFolder` is `WOLFSEC_DATA_FOLDER`. */
export const envName = (name: SettingName) =>
  `WOLFSEC_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** Settings that may hold a secret, as they may be shown: without user, password and query; of a webhook, the host. */
export function shown(config: ServeConfig): Record<string, unknown> {
  const addresses = ['databaseUrl', 'forward', 'source', 'redisUrl'] as const;
  const hidden = addresses.map((name) => [name, withoutSecrets(config[name])] as const);
  // A feed may ask for a key in its query.
  const feeds = config.feeds.map((feed) => (/^https?:/i.test(feed) ? withoutSecrets(feed) : feed));
  const webhookUrl = hostAlone(config.webhookUrl);
  const brokerPassword = config.brokerPassword === '' ? '' : '…';
  return { ...config, ...Object.fromEntries(hidden), feeds, webhookUrl, brokerPassword };
}

/** The path of a chat's webhook is what lets in. */
function hostAlone(address: string): string {
  return URL.canParse(address) ? `${new URL(address).origin}/…` : address && '…';
}

/** A password may hold @, / and ?, unencoded too: where its end cannot be told, nothing but the scheme is shown. */
function withoutSecrets(address: string): string {
  const end = address.lastIndexOf('@');
  if (/[/?#]/.test(address.slice(address.indexOf('//') + 2, Math.max(0, end))))
    return `${/^[a-z]+:/.exec(address)?.[0] ?? ''}//…`;
  return address.replace(/\/\/.*@/, '//…@').replace(/\?.*$/, '?…');
}

/** Where settings come from; the later wins: file, environment, flags. */
export interface ConfigSources {
  /** YAML or JSON. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, unknown>>;
}

/**
 * Puts the settings together and checks them.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` that names the setting, where it was set and what it must be;
 *   `WOLFSEC_INPUT_NOT_FOUND` for a file that cannot be read.
 */
export function readConfig({ file, env = {}, flags = {} }: ConfigSources = {}): ServeConfig {
  const values: Record<string, unknown> = {};
  for (const name of names) values[name] = settings[name].fallback;
  const put = (name: SettingName, value: unknown, place: string) => {
    const read = settings[name].read(value);
    if (read === undefined) throw invalidArgument(`${name} (${place})`, settings[name].what);
    values[name] = read;
  };
  for (const [name, value] of Object.entries(file === undefined ? {} : fromFile(file))) {
    if (!Object.hasOwn(settings, name)) {
      throw invalidArgument(`the setting ${JSON.stringify(name)} in ${file}`, `one of ${names.join(', ')}`);
    }
    put(name as SettingName, value, file as string);
  }
  for (const name of names) {
    const value = env[envName(name)];
    if (value !== undefined && value !== '') put(name, value, envName(name));
  }
  for (const name of names) if (flags[name] !== undefined) put(name, flags[name], 'flag');
  return checked(values as unknown as ServeConfig);
}

/** 127.0.0.0/8, ::1 and localhost. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function checked(config: ServeConfig): ServeConfig {
  const auth = config.auth ?? !isLoopback(config.host);
  if (!auth && !isLoopback(config.host)) {
    throw invalidArgument('auth', `on where host is not loopback: ${config.host} is open to other machines`);
  }
  const syslog = config.syslogUdpPort > 0 || config.syslogTcpPort > 0;
  if (syslog && !isLoopback(config.syslogHost) && config.syslogAllow.length === 0) {
    throw invalidArgument('syslogAllow', 'the prefixes that may send, where syslogHost is not loopback');
  }
  if (config.maxBodyBytes > config.maxQueueBytes) {
    throw invalidArgument('maxBodyBytes', `at most maxQueueBytes (${config.maxQueueBytes})`);
  }
  if ((config.brokerCert === '') !== (config.brokerKey === ''))
    throw invalidArgument('brokerCert and brokerKey', 'set together');
  if (config.brokerPassword !== '' && config.brokerPasswordFile !== '')
    throw invalidArgument('brokerPassword', 'unset where brokerPasswordFile is set');
  return { ...config, auth };
}

function fromFile(file: string): object {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INPUT_NOT_FOUND', `${file}: ${(cause as Error).message}`, { cause });
  }
  let read: unknown;
  try {
    const documents: unknown[] = loadAll(content);
    if (documents.length > 1) throw new Error('one document is wanted');
    read = documents[0];
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `${file}: ${(cause as Error).message}`, { cause });
  }
  if (read === null || read === undefined) return {};
  if (typeof read !== 'object' || Array.isArray(read)) throw invalidArgument(file, 'a map of settings');
  return read;
}
