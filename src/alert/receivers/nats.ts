import { WolfsecError } from '../../errors.ts';
import { DeliveryFailure } from '../deliver/failure.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import { type Format, formatted } from '../format/formats.ts';

type Transport = typeof import('@nats-io/transport-node');
type Connection = Awaited<ReturnType<Transport['connect']>>;

/** The NATS server and the subject that alerts are published to. */
export interface NatsOptions {
  /** E.g. `nats://127.0.0.1:4222`. */
  readonly servers: string | readonly string[];
  readonly subject: string;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly format?: Format;
}

/**
 * Publishes JSON, with the key as `Nats-Msg-Id`: a JetStream stream on the subject drops repeats by it. Needs the
 * optional package `@nats-io/transport-node`.
 */
export function nats({ servers, subject, format = 'wolfsec', ...auth }: NatsOptions): Receiver {
  let connection: Promise<Connection> | undefined;
  let transport: Transport | undefined;
  const connected = async () => {
    transport ??= await load();
    connection ??= transport.connect({
      servers: [servers].flat() as string[],
      ...auth,
      timeout: 5_000,
      name: 'wolfsec',
    });
    try {
      const open = await connection;
      if (!open.isClosed()) return open;
    } catch (error) {
      connection = undefined;
      throw error;
    }
    connection = undefined;
    throw new Error('the connection is closed');
  };
  return {
    async deliver(notification) {
      try {
        const open = await connected();
        const headers = (transport as Transport).headers();
        headers.set('Nats-Msg-Id', notification.key);
        open.publish(subject, JSON.stringify(formatted(format, redacted(notification))), { headers });
        // The server has everything before it once it answers the flush.
        await open.flush();
      } catch (error) {
        if (error instanceof WolfsecError) throw error;
        throw new DeliveryFailure(`nats: ${(error as Error).message}`, { retryable: true, cause: error });
      }
    },
    async close() {
      await (await connection?.catch(() => undefined))?.close();
    },
  };
}

async function load(): Promise<Transport> {
  try {
    return await import('@nats-io/transport-node');
  } catch (error) {
    throw new DeliveryFailure('nats: install the package @nats-io/transport-node', {
      retryable: true,
      cause: error,
    });
  }
}
