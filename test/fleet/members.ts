import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { openStore, type Store } from '../../src/store/index.ts';
import { dropSchema, ownSchema, postgresUrl } from '../store/stores.ts';
import type { TestBroker } from './brokers.ts';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** A process of the fleet. */
export class Member {
  readonly child: ChildProcess;
  readonly #said: string[] = [];

  constructor(parameters: readonly string[], env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [main, ...parameters], {
      stdio: ['ignore', 'pipe', process.env.WOLFSEC_TEST_VERBOSE ? 'inherit' : 'ignore'],
      env: { ...process.env, ...env },
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
      this.#said.push(line),
    );
  }

  /** What the first line that fits has at its first group, now or within a minute. */
  async said(pattern: RegExp): Promise<string> {
    for (let tries = 0; tries < 2_400; tries++) {
      for (const line of this.#said) {
        const found = pattern.exec(line);
        if (found) return found[1] ?? found[0];
      }
      if (this.child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no line fits ${pattern}; said: ${this.#said.join('\n')}`);
  }

  readonly workerId = () => this.said(/^worker (\S+) takes/);
  readonly url = () => this.said(/^listening on (http:\S+?),?\s/);

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    return (await ended)[0] as number | null;
  }
}

/** A fleet over one broker and one PostgreSQL schema. */
export class Fleet {
  readonly broker: TestBroker;
  readonly store: Store;
  readonly folder = mkdtempSync(join(tmpdir(), 'wolfsec-fleet-'));
  readonly members: Member[] = [];
  readonly #schema: string;
  readonly #env: Record<string, string>;

  private constructor(broker: TestBroker, store: Store, schema: string, rules: string) {
    this.broker = broker;
    this.store = store;
    this.#schema = schema;
    const file = join(this.folder, 'rules.yml');
    writeFileSync(file, rules);
    this.#env = {
      WOLFSEC_DATABASE_URL: `${postgresUrl}?options=-c%20search_path%3D${schema}`,
      WOLFSEC_RULES: file,
      WOLFSEC_BROKER_PREFIX: broker.prefix,
      WOLFSEC_LEASE_MS: '1500',
      WOLFSEC_ACK_WAIT_MS: '2000',
      WOLFSEC_PARTITIONS: '6',
    };
  }

  static async start(broker: TestBroker, rules: string): Promise<Fleet> {
    const schema = ownSchema();
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    await client.query(`create schema ${schema}`);
    await client.end();
    const store = await openStore({ url: postgresUrl, postgres: { schema }, sweepEveryMs: false });
    return new Fleet(broker, store, schema, rules);
  }

  get rulesFile(): string {
    return this.#env.WOLFSEC_RULES as string;
  }

  worker(): Member {
    const data = join(this.folder, `data-${this.members.length}`);
    return this.#add(['worker', '--source', this.broker.url, '--data', data]);
  }

  frontDoor(): Member {
    const data = join(this.folder, `data-${this.members.length}`);
    return this.#add(['serve', '--port', '0', '--forward', this.broker.url, '--data', data]);
  }

  /** Who holds what, as the leases say. */
  async leases(): Promise<Map<string, string>> {
    const found = await this.store.records.list<string>(`${this.broker.prefix}:leases`, {
      nowMs: Date.now(),
    });
    return new Map(found.map(({ key, value }) => [key, value]));
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.end('SIGKILL')));
    await this.store.close();
    await dropSchema(this.#schema);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #add(parameters: readonly string[]): Member {
    const member = new Member(parameters, this.#env);
    this.members.push(member);
    return member;
  }
}
