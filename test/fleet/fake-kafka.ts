import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface FakeKafkaOptions {
  readonly tls?: TlsOptions;
  readonly sasl?: { readonly mechanism: string; readonly user: string; readonly password: string };
  /** The name that the broker gives out for itself. */
  readonly host: string;
  readonly topics: Readonly<Record<string, number>>;
}

const keys = {
  ...{ metadata: 3, offsetCommit: 8, findCoordinator: 10, joinGroup: 11, heartbeat: 12, leaveGroup: 13 },
  ...{ syncGroup: 14, saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 },
} as const;
const errors = {
  ...{ illegalGeneration: 22, rebalanceInProgress: 27 },
  ...{ unsupportedMechanism: 33, unsupportedVersion: 35, saslFailed: 58 },
} as const;

/**
 * Speaks as much of Kafka's protocol, in its oldest versions, as it takes to sign in, to ask for topics, and to be the
 * only member of a group.
 */
export class FakeKafka {
  /** Names of those who signed in, one for each connection. */
  readonly signedIn: string[] = [];
  /** Common names of the client certificates shown. */
  readonly certificates: string[] = [];
  readonly group = new Group();
  /** Takes connections and requests, and answers none. */
  hangs = false;
  readonly #options: FakeKafkaOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: FakeKafkaOptions) {
    this.#options = options;
    this.#server = options.tls
      ? createTlsServer(options.tls, (socket) => {
          const { subject } = socket.getPeerCertificate();
          if (subject?.CN) this.certificates.push([subject.CN].flat().join());
          this.#serve(socket);
        })
      : createServer((socket) => this.#serve(socket));
  }

  static async start(options: FakeKafkaOptions): Promise<FakeKafka> {
    const fake = new FakeKafka(options);
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    const dialogue = new Dialogue(this.#options, this.port, this.group, (user) => this.signedIn.push(user));
    let unread = Buffer.alloc(0);
    let before = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= 4 && unread.length >= 4 + unread.readInt32BE(0)) {
        const end = 4 + unread.readInt32BE(0);
        const request = unread.subarray(4, end);
        unread = unread.subarray(end);
        // One after the other, as Kafka does.
        before = before.then(async () => {
          if (this.hangs) return;
          const body = await dialogue.answer(request);
          // As Kafka does with whoever has not signed in.
          if (body === undefined) return void socket.destroy();
          socket.write(Buffer.concat([int32(body.length + 4), request.subarray(4, 8), body]));
          if (dialogue.refused) setTimeout(() => socket.resetAndDestroy(), 20);
        });
      }
    });
  }
}

class Dialogue {
  readonly #options: FakeKafkaOptions;
  readonly #port: number;
  readonly #group: Group;
  readonly #onUser: (user: string) => void;
  /** Could not sign in. */
  refused = false;
  #signedIn: boolean;
  #scram: Scram | undefined;

  constructor(options: FakeKafkaOptions, port: number, group: Group, onUser: (user: string) => void) {
    this.#options = options;
    this.#port = port;
    this.#group = group;
    this.#onUser = onUser;
    this.#signedIn = options.sasl === undefined;
  }

  /** What is answered after the correlation id; nothing for an end. */
  async answer(request: Buffer): Promise<Buffer | undefined> {
    const key = request.readInt16BE(0);
    const body = request.subarray(10 + request.readInt16BE(8));
    switch (key) {
      case keys.apiVersions:
        return apiVersions(request.readInt16BE(2));
      case keys.saslHandshake: {
        const { mechanism = '' } = this.#options.sasl ?? {};
        const fits = body.subarray(2).toString() === mechanism;
        return Buffer.concat([int16(fits ? 0 : errors.unsupportedMechanism), int32(1), string(mechanism)]);
      }
      case keys.saslAuthenticate:
        return this.#authenticate(body.subarray(4));
      case keys.metadata:
        return this.#signedIn ? this.#metadata() : undefined;
      case keys.findCoordinator:
        return Buffer.concat([int16(0), this.#broker()]);
      default:
        return this.#group.answer(key, body);
    }
  }

  #authenticate(told: Buffer): Buffer {
    const { mechanism = '', user = '', password = '' } = this.#options.sasl ?? {};
    let reply: Buffer | undefined;
    if (mechanism === 'PLAIN') {
      this.#signedIn = told.toString() === `\0${user}\0${password}`;
      reply = this.#signedIn ? Buffer.alloc(0) : undefined;
    } else if (this.#scram === undefined) {
      this.#scram = new Scram(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', password);
      reply = this.#scram.first(told.toString(), user);
    } else {
      reply = this.#scram.final(told.toString());
      this.#signedIn = reply !== undefined;
    }
    if (this.#signedIn) this.#onUser(user);
    this.refused = reply === undefined;
    return reply === undefined
      ? Buffer.concat([int16(errors.saslFailed), string('Authentication failed'), int32(0)])
      : Buffer.concat([int16(0), int16(-1), int32(reply.length), reply]);
  }

  #metadata(): Buffer {
    const topics = Object.entries(this.#options.topics).map(([name, count]) => {
      const partitions = Array.from({ length: count }, (_, partition) =>
        Buffer.concat([int16(0), int32(partition), int32(1), int32(1), int32(1), int32(1), int32(1)]),
      );
      return Buffer.concat([int16(0), string(name), Buffer.of(0), int32(count), ...partitions]);
    });
    return Buffer.concat([int32(1), this.#broker(), int16(-1), int32(1), int32(topics.length), ...topics]);
  }

  #broker(): Buffer {
    return Buffer.concat([int32(1), string(this.#options.host), int32(this.#port)]);
  }
}

/** A group of one. */
class Group {
  /** What was asked of it, in that order: `join`, `sync`, `commit 2` by a member of the second generation, … */
  readonly asked: string[] = [];
  /** How long joining takes. */
  joinMs = 0;
  #generation = 0;
  #stale = false;

  /** Has the member join anew. */
  rebalance(): void {
    this.#stale = true;
  }

  async answer(key: number, body: Buffer): Promise<Buffer | undefined> {
    const generation = () => body.readInt32BE(2 + body.readInt16BE(0));
    switch (key) {
      case keys.joinGroup:
        this.asked.push('join');
        await sleep(this.joinMs);
        this.#generation++;
        this.#stale = false;
        // The member leads: it is the one that protocols and metadata are of.
        return Buffer.concat([
          ...[int16(0), int32(this.#generation), string('roundrobin'), string('m'), string('m'), int32(1)],
          ...[string('m'), bytes(subscription)],
        ]);
      case keys.syncGroup:
        this.asked.push('sync');
        return Buffer.concat([int16(0), bytes(assignment)]);
      case keys.heartbeat:
        return int16(this.#stale ? errors.rebalanceInProgress : 0);
      case keys.offsetCommit: {
        this.asked.push(`commit ${generation()}`);
        const fits = generation() === this.#generation;
        const result = Buffer.concat([int32(0), int16(fits ? 0 : errors.illegalGeneration)]);
        return Buffer.concat([int32(1), string('w.events'), int32(1), result]);
      }
      case keys.leaveGroup:
        return int16(0);
      default:
        return undefined;
    }
  }
}

function apiVersions(version: number): Buffer {
  const ranges = [
    [keys.metadata, 1, 1],
    [keys.offsetCommit, 2, 2],
    [keys.findCoordinator, 0, 0],
    [keys.joinGroup, 1, 1],
    [keys.heartbeat, 0, 0],
    [keys.leaveGroup, 0, 0],
    [keys.syncGroup, 0, 0],
    [keys.saslHandshake, 1, 1],
    [keys.apiVersions, 0, 1],
    [keys.saslAuthenticate, 0, 0],
  ].map((range) => Buffer.concat(range.map(int16)));
  const known = Buffer.concat([int16(version > 1 ? errors.unsupportedVersion : 0), int32(ranges.length)]);
  return Buffer.concat([known, ...ranges, ...(version === 1 ? [int32(0)] : [])]);
}

/** The server's side of RFC 5802. */
class Scram {
  readonly #hash: string;
  readonly #salted: Buffer;
  readonly #salt = randomBytes(16);
  #said = '';

  constructor(hash: string, password: string) {
    this.#hash = hash;
    this.#salted = pbkdf2Sync(password, this.#salt, 4_096, hash === 'sha256' ? 32 : 64, hash);
  }

  first(told: string, user: string): Buffer | undefined {
    const [, bare = '', name, nonce] = /^n,,(n=([^,]*),r=(.*))$/.exec(told) ?? [];
    if (name !== user) return undefined;
    const reply = `r=${nonce}${randomBytes(9).toString('base64url')},s=${this.#salt.toString('base64')},i=4096`;
    this.#said = `${bare},${reply}`;
    return Buffer.from(reply);
  }

  final(told: string): Buffer | undefined {
    const [, withoutProof = '', proof = ''] = /^(.*),p=(.*)$/.exec(told) ?? [];
    const said = `${this.#said},${withoutProof}`;
    const clientKey = this.#hmac(this.#salted, 'Client Key');
    const stored = createHash(this.#hash).update(clientKey).digest();
    const signature = this.#hmac(stored, said);
    const wanted = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
    const shown = Buffer.from(proof, 'base64');
    if (shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) return undefined;
    const own = this.#hmac(this.#hmac(this.#salted, 'Server Key'), said);
    return Buffer.from(`v=${own.toString('base64')}`);
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const bytes = (content: Buffer) => Buffer.concat([int32(content.length), content]);
const string = (text: string) => Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)]);
const subscription = Buffer.concat([int16(0), int32(1), string('w.events'), int32(0)]);
const assignment = Buffer.concat([int16(0), int32(1), string('w.events'), int32(1), int32(0), int32(0)]);
