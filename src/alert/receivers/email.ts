import type { Transporter } from 'nodemailer';
import { DeliveryFailure } from '../deliver/failure.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import type { Template } from '../format/template.ts';
import { bodyOf, titleOf } from '../format/text.ts';
import type { Notification } from '../notification.ts';

/** The mail server, and from and to whom mail goes. */
export interface EmailOptions {
  readonly host: string;
  /** Default 587 with STARTTLS, or 465 with `tls: true`. */
  readonly port?: number;
  /** TLS from the first byte. Default `false`: STARTTLS is then demanded, unless `allowPlain`. */
  readonly tls?: boolean;
  /** Send without TLS where the server offers none, e.g. to a relay on this machine. Default `false`. */
  readonly allowPlain?: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
  readonly from: string;
  readonly to: string | readonly string[];
  readonly title?: Template;
  readonly body?: Template;
}

/** Plain-text e-mail. Messages of one group make one thread, and an attempt repeated has the same `Message-ID`. */
export function email(options: EmailOptions): Receiver {
  const { host, tls = false, allowPlain = false, auth, from, to, title, body } = options;
  const settings = {
    host,
    port: options.port ?? (tls ? 465 : 587),
    secure: tls,
    requireTLS: !tls && !allowPlain,
    connectionTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(auth ? { auth } : {}),
  };
  let transport: Promise<Transporter> | undefined;
  const send = async (notification: Notification): Promise<void> => {
    const clean = redacted(notification);
    const idOf = (id: string) => `<${id}@wolfsec.invalid>`;
    // Loaded with the first mail: it takes memory that a service without mail does not need.
    transport ??= import('nodemailer').then(({ createTransport }) => createTransport(settings));
    await (await transport).sendMail({
      from,
      to: [to].flat() as string[],
      // A title of an attacker must not add headers; nodemailer folds, and control characters go here.
      subject: titleOf(clean, title).replaceAll(/[\p{Cc}]+/gu, ' '),
      text: bodyOf(clean, body),
      messageId: idOf(clean.key),
      // All of a group refer to the same id, the first too: what has it is not there, and they are its answers.
      references: [idOf(clean.groupId)],
      ...(clean.sequence > 1 ? { inReplyTo: idOf(clean.groupId) } : {}),
      headers: { 'auto-submitted': 'auto-generated', 'x-wolfsec-group': clean.groupId },
    });
  };
  let underWay: { readonly key: string; readonly sent: Promise<void> } | undefined;
  return {
    async deliver(notification) {
      const { key } = notification;
      // A server that is slower than an attempt may last still sends the mail: the next attempt waits for that one.
      if (underWay?.key !== key) underWay = { key, sent: send(notification) };
      const { sent } = underWay;
      try {
        await sent;
      } catch (error) {
        if (underWay?.sent === sent) underWay = undefined;
        const { responseCode, message } = error as { responseCode?: number; message: string };
        // RFC 5321 §4.2.1: 5yz is for good, 4yz and silence are for now.
        const retryable = !(responseCode !== undefined && responseCode >= 500);
        throw new DeliveryFailure(`email: ${message}`, { retryable, cause: error });
      }
    },
    async close() {
      (await transport)?.close();
    },
  };
}
