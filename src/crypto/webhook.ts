import { invalidArgument, WolfsecError } from '../errors.ts';
import { constantTimeEqual } from './compare.ts';
import { MacKey } from './hash/mac.ts';
import { checkWord, type Input, inputBytes } from './input.ts';

/**
 * How a webhook is signed with HMAC-SHA256:
 * - `stripe`: header `t=<seconds>,v1=<hex>` over `<seconds>.<body>`;
 * - `github`: header `sha256=<hex>` over the body, without a time;
 * - `standard`: Standard Webhooks (https://www.standardwebhooks.com), header `v1,<base64>` over
 *   `<id>.<seconds>.<body>`, id and seconds in headers of their own. A secret `whsec_<base64>` stands for the bytes
 *   that it encodes; any other is taken as it is.
 */
export type WebhookScheme = 'stripe' | 'github' | 'standard';

const schemes: readonly WebhookScheme[] = ['stripe', 'github', 'standard'];

/** What arrived: the body exactly as it came, before any parsing. */
export interface Webhook {
  readonly body: Input;
  /** `Stripe-Signature`, `X-Hub-Signature-256` or `webhook-signature`. */
  readonly signature: string;
  /** `webhook-id` and `webhook-timestamp` of the scheme `standard`. */
  readonly id?: string;
  readonly timestamp?: string;
}

/** How old a webhook may be, and the clock. */
export interface WebhookOptions {
  /** Seconds that the signature's time may be off, either way. Default 300. */
  readonly toleranceSeconds?: number;
  /** The time, in milliseconds since the epoch; the clock's by default. */
  readonly nowMs?: number;
}

/** Why a webhook is not accepted. */
export type WebhookRefusal = 'malformed' | 'expired' | 'mismatch';

/**
 * Checks a webhook's signature against one secret or several (while a secret is being rotated). Returns
 * `undefined` where it is genuine and fresh, or why it is not.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_KEY` for an empty secret, and for a `whsec_` one that is not base64;
 * `WOLFSEC_INVALID_ARGUMENT` for an unknown scheme and a body that is neither bytes nor text.
 */
export function refuseWebhook(
  scheme: WebhookScheme,
  webhook: Webhook,
  secrets: Input | readonly Input[],
  options: WebhookOptions = {},
): WebhookRefusal | undefined {
  const { toleranceSeconds = 300, nowMs = Date.now() } = options;
  checkWord(scheme, 'scheme', schemes);
  // First of all, so that a fault in the settings does not wait for the first webhook that is well formed.
  const keys = (Array.isArray(secrets) ? secrets : [secrets]).map((secret: Input) => keyOf(scheme, secret));
  const claimed = claim(scheme, webhook);
  if (!claimed) return 'malformed';
  const { seconds, tags, prefix } = claimed;
  const body = inputBytes(webhook.body, 'body');
  const made = keys.map((key) => tag(key, prefix, body));
  // Every tag is compared with every other, so that the time tells nothing of which fits.
  let genuine = false;
  for (const mine of made) for (const theirs of tags) if (constantTimeEqual(mine, theirs)) genuine = true;
  if (!genuine) return 'mismatch';
  if (seconds !== undefined && !(Math.abs(nowMs / 1000 - seconds) <= toleranceSeconds)) return 'expired';
  return undefined;
}

/** Whether a webhook is genuine and fresh; {@link refuseWebhook} tells why not. */
export function verifyWebhook(
  scheme: WebhookScheme,
  webhook: Webhook,
  secrets: Input | readonly Input[],
  options: WebhookOptions = {},
): boolean {
  return refuseWebhook(scheme, webhook, secrets, options) === undefined;
}

/** Signs a webhook: the value of its signature header. `id` is needed by the scheme `standard`. */
export function signWebhook(
  scheme: WebhookScheme,
  body: Input,
  secret: Input,
  options: { readonly nowMs?: number; readonly id?: string } = {},
): string {
  checkWord(scheme, 'scheme', schemes);
  const bytes = inputBytes(body, 'body');
  const key = keyOf(scheme, secret);
  const seconds = Math.floor((options.nowMs ?? Date.now()) / 1000);
  if (scheme === 'github') return `sha256=${tag(key, '', bytes).toString('hex')}`;
  if (scheme === 'stripe') return `t=${seconds},v1=${tag(key, `${seconds}.`, bytes).toString('hex')}`;
  if (!options.id) throw invalidArgument('id', 'the webhook-id header that goes along');
  return `v1,${tag(key, `${options.id}.${seconds}.`, bytes).toString('base64')}`;
}

interface Claim {
  readonly seconds: number | undefined;
  readonly tags: readonly Buffer[];
  /** What stands before the body. */
  readonly prefix: string;
}

/** More signatures than a rotation needs are not looked at. */
const tagsMax = 16;

function claim(scheme: WebhookScheme, { signature, id, timestamp }: Webhook): Claim | undefined {
  if (typeof signature !== 'string' || signature.length > 4096) return undefined;
  if (scheme === 'github') {
    const hex = /^sha256=([0-9a-fA-F]{64})$/.exec(signature)?.[1];
    return hex === undefined
      ? undefined
      : { seconds: undefined, tags: [Buffer.from(hex, 'hex')], prefix: '' };
  }
  if (scheme === 'stripe') {
    const parts = signature.split(',').map((part) => part.trim());
    const seconds = parts.find((part) => /^t=\d{1,12}$/.test(part))?.slice(2);
    const tags = parts.flatMap((part) => /^v1=([0-9a-fA-F]{64})$/.exec(part)?.[1] ?? []).slice(0, tagsMax);
    if (seconds === undefined || tags.length === 0) return undefined;
    return {
      seconds: Number(seconds),
      tags: tags.map((hex) => Buffer.from(hex, 'hex')),
      prefix: `${seconds}.`,
    };
  }
  const tags = signature.split(' ').flatMap((part) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(part)?.[1] ?? []);
  if (!id || timestamp === undefined || !/^\d{1,12}$/.test(timestamp) || tags.length === 0) return undefined;
  return {
    seconds: Number(timestamp),
    tags: tags.slice(0, tagsMax).map((text) => Buffer.from(text, 'base64')),
    prefix: `${id}.${timestamp}.`,
  };
}

/** Stripe's secrets begin alike, and are taken as text. */
function keyOf(scheme: WebhookScheme, secret: Input): Uint8Array {
  if (scheme !== 'standard' || typeof secret !== 'string' || !secret.startsWith('whsec_')) {
    return notEmpty(inputBytes(secret, 'secret'));
  }
  const text = secret.slice('whsec_'.length);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) {
    throw new WolfsecError('WOLFSEC_INVALID_KEY', 'a secret that begins with whsec_ must go on in base64');
  }
  return notEmpty(Buffer.from(text, 'base64'));
}

function notEmpty(secret: Uint8Array): Uint8Array {
  if (secret.length > 0) return secret;
  throw new WolfsecError('WOLFSEC_INVALID_KEY', 'secret must not be empty');
}

function tag(secret: Uint8Array, prefix: string, body: Uint8Array): Buffer {
  using key = MacKey.import('hmac-sha256', secret);
  using message = key.start();
  return message.update(prefix).update(body).tag();
}
