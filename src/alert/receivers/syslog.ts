import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { DeliveryFailure } from '../deliver/failure.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import { type SyslogFormatOptions, toSyslog } from '../format/syslog.ts';

/** The syslog server, the transport and the format. */
export interface SyslogOptions extends SyslogFormatOptions {
  readonly host: string;
  /** Default 514, with TLS 6514. */
  readonly port?: number;
  /** UDP (RFC 5426), TCP with octet counting (RFC 6587 §3.4.1), or TLS (RFC 5425). Default `tls`. */
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Certificates and the like, for TLS. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername'>;
}

/** Datagrams stay below this (RFC 5426 §3.2 asks receivers for 2,048 at least). */
const maxDatagramBytes = 2_048;

/** One RFC 5424 message an alert. Syslog has no acknowledgement: sent means that the system took the bytes. */
export function syslog(options: SyslogOptions): Receiver {
  const { transport = 'tls' } = options;
  const port = options.port ?? (transport === 'tls' ? 6514 : 514);
  const stream = new SyslogStream(options, port);
  return {
    async deliver(notification, { signal }) {
      const clean = redacted(notification);
      const messages = clean.alerts.map((alert) => Buffer.from(toSyslog(alert, clean.key, options), 'utf8'));
      try {
        if (transport === 'udp') await sendDatagrams(options.host, port, messages);
        else await stream.send(messages, signal);
      } catch (error) {
        throw new DeliveryFailure(`syslog: ${(error as Error).message}`, { retryable: true, cause: error });
      }
    },
    close: () => stream.close(),
  };
}

async function sendDatagrams(host: string, port: number, messages: readonly Buffer[]): Promise<void> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      const next = (at: number): void => {
        const message = messages[at];
        if (!message) resolve();
        else {
          socket.send(message.subarray(0, maxDatagramBytes), port, host, (error) =>
            error ? reject(error) : next(at + 1),
          );
        }
      };
      next(0);
    });
  } finally {
    socket.close();
  }
}

/** A connection that is kept, and made anew when it has broken. */
class SyslogStream {
  readonly #options: SyslogOptions;
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(options: SyslogOptions, port: number) {
    this.#options = options;
    this.#port = port;
  }

  async send(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const socket = await this.#connected(signal);
    const framed = Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `), message]));
    await new Promise<void>((resolve, reject) => {
      const aborted = () => socket.destroy(new Error('no progress in time'));
      signal.addEventListener('abort', aborted, { once: true });
      socket.write(framed, (error) => {
        signal.removeEventListener('abort', aborted);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): void {
    this.#socket?.end();
    this.#socket = undefined;
  }

  async #connected(signal: AbortSignal): Promise<Socket> {
    // A receiver that has closed its side would take our bytes and lose them.
    if (this.#socket && !this.#socket.destroyed && this.#socket.writable && !this.#socket.readableEnded) {
      return this.#socket;
    }
    const { host, transport = 'tls', tls } = this.#options;
    const socket =
      transport === 'tls'
        ? connectTls({ host, port: this.#port, minVersion: 'TLSv1.2', ...tls })
        : connectTcp({ host, port: this.#port });
    socket.unref();
    const aborted = () => socket.destroy(new Error('no connection in time'));
    signal.addEventListener('abort', aborted, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once(transport === 'tls' ? 'secureConnect' : 'connect', resolve);
        socket.once('error', reject);
      });
    } finally {
      // The end of this attempt's time is nothing to the connection, which is kept for the next.
      signal.removeEventListener('abort', aborted);
    }
    // Later errors show at the next write; without a listener they would end the process.
    socket.on('error', () => socket.destroy());
    socket.resume();
    this.#socket = socket;
    return socket;
  }
}
