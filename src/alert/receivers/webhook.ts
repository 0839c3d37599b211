import { createHmac } from 'node:crypto';
import { invalidArgument } from '../../errors.ts';
import { type GuardOptions, OutboundGuard } from '../../net/guard.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import { type Format, formatted } from '../format/formats.ts';
import { post } from '../http/post.ts';

/** The address that alerts are posted to, and the secret that signs them. */
export interface WebhookOptions extends GuardOptions {
  readonly url: string;
  /** Key of the signature; at least 16 bytes. Without it messages are not signed. */
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `wolfsec`: the notification as JSON. */
  readonly format?: Format;
}

/** A shorter key could be found by trying, and an empty one is a setting that was forgotten. */
const minSecretBytes = 16;

/**
 * Posts JSON, signed as `Wolfsec-Signature: t=<seconds>,v1=<hex>`: HMAC-SHA-256 over `<seconds>.<body>`, so that the
 * receiver can refuse old and changed messages. `Idempotency-Key` is the same over all attempts.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a secret of fewer than 16 bytes, `WOLFSEC_ADDRESS_REFUSED` for an
 *   address that no request may go to.
 */
export function webhook({
  url,
  secret,
  headers,
  format = 'wolfsec',
  ...guardOptions
}: WebhookOptions): Receiver {
  const guard = new OutboundGuard(guardOptions);
  const target = guard.check(url);
  if (secret !== undefined && Buffer.byteLength(secret) < minSecretBytes) {
    throw invalidArgument(
      'secret',
      `at least ${minSecretBytes} bytes, or left out for messages without a signature`,
    );
  }
  return {
    async deliver(notification, { signal }) {
      const body = JSON.stringify(formatted(format, redacted(notification)));
      await post('webhook', target, body, {
        guard,
        signal,
        headers: {
          ...headers,
          'idempotency-key': notification.key,
          ...(secret === undefined ? {} : { 'wolfsec-signature': sign(secret, body, Date.now()) }),
        },
      });
    },
  };
}

function sign(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
