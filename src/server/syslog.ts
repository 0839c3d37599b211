import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { lineReaders } from '../event/format.ts';
import { IpSet } from '../match/index.ts';
import type { Registry } from '../metrics/index.ts';
import { uuidv7At } from '../store/index.ts';
import { isLoopback, type ServeConfig } from './config.ts';
import type { Intake } from './context.ts';
import { enveloped, lineEvent, toNdjson } from './formats/line.ts';
import { SyslogFrames } from './syslog-frames.ts';

/** Datagrams are gathered up to this many, or this long. */
const maxGathered = 1_000;
const gatherMs = 50;
const maxConnections = 1_000;

/** Syslog over UDP (RFC 5426) and TCP (RFC 6587). TCP senders are slowed down when there is no room; UDP is dropped. */
export class SyslogListeners {
  readonly #config: ServeConfig;
  readonly #pipeline: Intake;
  readonly #onError: (error: unknown) => void;
  readonly #allowed: { has(address: string): boolean };
  readonly #dropped;
  readonly #sockets = new Set<Socket>();
  readonly #serving = new Set<Promise<void>>();
  #udp: UdpSocket | undefined;
  #tcp: Server | undefined;
  #gathered: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(config: ServeConfig, pipeline: Intake, registry: Registry, onError: (error: unknown) => void) {
    this.#config = config;
    this.#pipeline = pipeline;
    this.#onError = onError;
    this.#allowed =
      config.syslogAllow.length > 0
        ? IpSet.from(config.syslogAllow)
        : { has: (address) => isLoopback(address) };
    this.#dropped = registry.counter({
      name: 'wolfsec_syslog_dropped_total',
      help: 'Syslog messages dropped, by transport and reason.',
      labels: ['transport', 'reason'],
    });
  }

  /** Listens where the configuration gives a port. */
  async listen(): Promise<{ udpPort?: number; tcpPort?: number }> {
    const { syslogHost: host, syslogUdpPort, syslogTcpPort } = this.#config;
    const ports: { udpPort?: number; tcpPort?: number } = {};
    if (syslogUdpPort > 0) {
      const udp = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4 << 20 });
      this.#udp = udp;
      udp.on('message', (message, { address }) => this.#datagram(message, address));
      udp.bind(syslogUdpPort, host);
      await once(udp, 'listening');
      udp.on('error', this.#onError);
      ports.udpPort = udp.address().port;
    }
    if (syslogTcpPort > 0) {
      const tcp = createServer((socket) => this.#connected(socket));
      this.#tcp = tcp;
      tcp.maxConnections = maxConnections;
      tcp.listen(syslogTcpPort, host);
      await once(tcp, 'listening');
      tcp.on('error', this.#onError);
      ports.tcpPort = (tcp.address() as AddressInfo).port;
    }
    return ports;
  }

  /** Stops listening and hands in what was gathered and received. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#udp?.close();
    this.#tcp?.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.allSettled([...this.#serving]);
    clearTimeout(this.#timer);
    await this.#handIn();
  }

  #datagram(message: Buffer, address: string): void {
    if (!this.#allowed.has(plain(address))) {
      this.#drop('udp', 'address', 1);
      return;
    }
    this.#gathered.push(message.toString('utf8').trimEnd());
    if (this.#gathered.length >= maxGathered) void this.#handIn();
    else this.#timer ??= setTimeout(() => void this.#handIn(), gatherMs);
  }

  async #handIn(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#gathered;
    this.#gathered = [];
    if (lines.length === 0) return;
    try {
      await this.#take(lines);
    } catch (error) {
      const full = (error as { code?: string }).code === 'WOLFSEC_QUEUE_FULL';
      this.#drop('udp', full ? 'full' : 'failed', lines.length);
      if (!full) this.#onError(error);
    }
  }

  #connected(socket: Socket): void {
    if (!this.#allowed.has(plain(socket.remoteAddress ?? ''))) {
      this.#drop('tcp', 'address', 1);
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const serving = this.#serve(socket).finally(() => {
      this.#sockets.delete(socket);
      this.#serving.delete(serving);
    });
    this.#serving.add(serving);
  }

  /** Reads on only when the lines before are stored, so that a sender is held back by its own socket. */
  async #serve(socket: Socket): Promise<void> {
    const frames = new SyslogFrames(() => this.#drop('tcp', 'too_long', 1));
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        await this.#deliver(frames.push(chunk));
      }
    } catch {
      // The sender broke off; what came whole before is in.
    }
    await this.#deliver(frames.end());
  }

  async #deliver(lines: readonly string[]): Promise<void> {
    for (let waitMs = 10; lines.length > 0; waitMs = Math.min(1_000, waitMs * 2)) {
      try {
        return await this.#take(lines);
      } catch (error) {
        const full = (error as { code?: string }).code === 'WOLFSEC_QUEUE_FULL';
        if (!full) this.#onError(error);
        if (!full || this.#closing) return this.#drop('tcp', full ? 'full' : 'failed', lines.length);
        await sleep(waitMs);
      }
    }
  }

  async #take(lines: readonly string[]): Promise<void> {
    const now = new Date();
    const events = lines.map((line) => messageEvent(line, now));
    await this.#pipeline.take({
      ndjson: toNdjson(events),
      door: 'syslog',
      source: `syslog:${uuidv7At(now.getTime())}`,
    });
  }

  #drop(transport: string, reason: string, count: number): void {
    this.#dropped.inc({ transport, reason }, count);
  }
}

/** A message whose text is an event of its own becomes that event, within what syslog says of it. */
function messageEvent(line: string, now: Date): Record<string, unknown> {
  const outer = lineReaders.syslog5424(line, now);
  if (!outer) return lineEvent(line.replace(/^<\d{1,3}>/, ''), now);
  const { message, ...envelope } = outer;
  // rsyslog puts a space before the text of what came to it in the older form.
  const text = typeof message === 'string' ? message.trimStart() : '';
  if (!text.startsWith('{') && !text.startsWith('CEF:')) return outer;
  return enveloped(lineEvent(text, now), envelope);
}

/** IPv4 addresses as they are, also where a socket for both families tells them as IPv6. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, '');
