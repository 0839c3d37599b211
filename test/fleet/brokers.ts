import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why NATS is left out, or `undefined` where there is a server to start. */
export const withoutNats = lacking('nats-server', '--version');
export const withoutRedis = lacking('redis-server', '--version');

/** Kafka is not started here: a test takes the one that the environment names, under a prefix of its own. */
export const withoutKafka =
  kafkaUrl() === undefined ? skipped('WOLFSEC_KAFKA_URL names no broker') : undefined;

function kafkaUrl(): string | undefined {
  return process.env.WOLFSEC_KAFKA_URL || undefined;
}

function lacking(command: string, flag: string): string | undefined {
  const { error, status } = spawnSync(command, [flag]);
  if (!error && status === 0) return undefined;
  return skipped(`there is no ${command} here`);
}

function skipped(reason: string): string {
  console.info(`skipped: ${reason}`);
  return reason;
}

/** A broker that a test may use. */
export interface TestBroker {
  readonly url: string;
  /** Before the names of what this test keeps there. */
  readonly prefix: string;
  remove(): Promise<void>;
}

/** What others use too: it is neither ended nor emptied. */
export function sharedKafka(): TestBroker {
  return { url: kafkaUrl() ?? '', prefix: `test-${randomUUID().slice(0, 8)}`, remove: async () => {} };
}

/** A server of the test's own, on a port and in a folder of its own. */
export class OwnServer implements TestBroker {
  readonly prefix = 'wolfsec';
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'wolfsec-broker-'));
  readonly #command: (port: number, folder: string) => string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, command: (port: number, folder: string) => string[]) {
    this.port = port;
    this.#command = command;
  }

  static async nats(): Promise<OwnServer> {
    const server = new OwnServer(await freePort(), (port, folder) => [
      ...['nats-server', '-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder],
    ]);
    await server.start();
    return server;
  }

  static async redis(): Promise<OwnServer> {
    const server = new OwnServer(await freePort(), (port, folder) => [
      ...['redis-server', '--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
      ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
    ]);
    await server.start();
    return server;
  }

  get url(): string {
    const scheme = this.#command(0, '')[0] === 'redis-server' ? 'redis' : 'nats';
    return `${scheme}://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const [command = '', ...parameters] = this.#command(this.port, this.#folder);
    this.#child = spawn(command, parameters, { stdio: 'ignore' });
    for (let tries = 0; tries < 400; tries++) {
      if (await answers(this.port)) return;
      await sleep(25);
    }
    throw new Error(`${command} does not listen`);
  }

  /** Ends it as a power failure would; what it has synced stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Holds it as it is: connections stay open and nothing answers. `SIGCONT` lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
