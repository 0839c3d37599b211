import { randomBytes } from 'node:crypto';
import type { AlertBrief, EngineFigures, StreamAlerts } from '../api.ts';

/** Where a client's events go. */
export interface StreamSink {
  write(text: string): void;
  end(): void;
  /** Bytes that the client has yet to take. */
  backlogBytes(): number;
}

export interface StreamOptions {
  /** An alert as it now is; `undefined` where it is gone. */
  readonly alert: (id: string) => AlertBrief | undefined;
  readonly figures: () => EngineFigures;
  /** How often changes are told, in milliseconds: 250 to 1,000. Default 500. */
  readonly everyMs?: number;
  /** Clients at once. Default 64. */
  readonly maxClients?: number;
  /** How long changes are kept for clients to come back, in milliseconds. Default 30,000. */
  readonly lingerMs?: number;
}

interface Client {
  readonly sink: StreamSink;
  /** Since when the client has been too slow. */
  behindMs: number | undefined;
}

/** Alerts told of in one message; there may be `more`. */
const maxAlertsTold = 100;
/** Messages kept for clients that come back. */
const maxKept = 120;
/** A client with more than this to take is left out until it has caught up, and cut off where it does not. */
const maxBacklogBytes = 256 * 1024;
const maxBehindMs = 30_000;

/**
 * Server-sent events to those who watch (WHATWG HTML, section 9.2). What changes in between is put together, so that
 * a client gets the same few messages a second however much happens; one that comes back with `Last-Event-ID` gets
 * what it missed, or a `reset` where that is no longer known. Memory is bounded per client and in all.
 */
export class AlertStream {
  readonly #options: Required<StreamOptions>;
  readonly #clients = new Set<Client>();
  readonly #changed = new Set<string>();
  /** Ids of another process or an earlier start mean nothing here. */
  readonly #epoch = randomBytes(6).toString('base64url');
  #kept: { readonly sequence: number; readonly text: string }[] = [];
  #sequence = 0;
  #changes = 0;
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;
  #emptySinceMs = 0;

  constructor(options: StreamOptions) {
    this.#options = { everyMs: 500, maxClients: 64, lingerMs: 30_000, ...options };
  }

  get watchers(): number {
    return this.#clients.size;
  }

  get full(): boolean {
    return this.#clients.size >= this.#options.maxClients;
  }

  /** Rises whenever alerts change. */
  get changes(): number {
    return this.#changes;
  }

  /** Notes alerts that changed; costs nothing while nobody watches. */
  changed(ids: Iterable<string>): void {
    this.#changes++;
    if (!this.#timer) return;
    for (const id of ids) this.#changed.add(id);
  }

  /** Adds a client; gives a function that takes it off. */
  open(sink: StreamSink, lastEventId?: string): () => void {
    const client: Client = { sink, behindMs: undefined };
    this.#catchUp(client, lastEventId);
    this.#clients.add(client);
    sink.write(message('figures', this.#id(), this.#options.figures()));
    this.#timer ??= setInterval(() => this.#tick(), this.#options.everyMs);
    return () => this.#drop(client);
  }

  /** Ends every stream. */
  close(): void {
    for (const { sink } of this.#clients) sink.end();
    this.#clients.clear();
    this.#stop();
  }

  #id(): string {
    return `${this.#epoch}-${this.#sequence}`;
  }

  #catchUp({ sink }: Client, lastEventId: string | undefined): void {
    sink.write('retry: 2000\n\n');
    if (lastEventId === undefined) return;
    const [epoch, number] = lastEventId.split('-').slice(-2);
    const from = lastEventId.startsWith(`${this.#epoch}-`) ? Number(number) : Number.NaN;
    const first = this.#kept[0]?.sequence ?? this.#sequence + 1;
    const known =
      epoch !== undefined && this.#timer !== undefined && from >= first - 1 && from <= this.#sequence;
    if (!known) return void sink.write(message('reset', this.#id(), {}));
    for (const { sequence, text } of this.#kept) if (sequence > from) sink.write(text);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#ticks++;
    if (this.#clients.size === 0 && nowMs - this.#emptySinceMs > this.#options.lingerMs) {
      this.#stop();
      return;
    }
    const texts: string[] = [];
    if (this.#changed.size > 0) texts.push(this.#alerts());
    // Figures once a second, which also tells that the connection lives.
    const every = Math.max(1, Math.round(1_000 / this.#options.everyMs));
    if (this.#ticks % every === 0 && this.#clients.size > 0) {
      texts.push(message('figures', this.#id(), this.#options.figures()));
    }
    if (texts.length === 0) return;
    const text = texts.join('');
    for (const client of this.#clients) this.#send(client, text, nowMs);
  }

  #alerts(): string {
    const ids = [...this.#changed];
    this.#changed.clear();
    const alerts = ids
      .slice(-maxAlertsTold)
      .map(this.#options.alert)
      .filter((alert) => alert !== undefined);
    this.#sequence++;
    const data: StreamAlerts = { alerts, more: Math.max(0, ids.length - maxAlertsTold) };
    const text = message('alerts', this.#id(), data);
    this.#kept.push({ sequence: this.#sequence, text });
    if (this.#kept.length > maxKept) this.#kept.shift();
    return text;
  }

  #send(client: Client, text: string, nowMs: number): void {
    const { sink } = client;
    if (sink.backlogBytes() > maxBacklogBytes) {
      client.behindMs ??= nowMs;
      if (nowMs - client.behindMs > maxBehindMs) {
        sink.end();
        this.#drop(client);
      }
      return;
    }
    if (client.behindMs !== undefined) {
      client.behindMs = undefined;
      sink.write(message('reset', this.#id(), {}));
    }
    sink.write(text);
  }

  #drop(client: Client): void {
    if (this.#clients.delete(client)) this.#emptySinceMs = performance.now();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    // From here on nothing is gathered: whoever comes back has missed something.
    this.#sequence++;
    this.#changed.clear();
    this.#kept = [];
  }
}

const message = (event: string, id: string, data: unknown) =>
  `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
