import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../backoff.ts';
import type { AlertCounts, Store, StoredAlert } from '../store/index.ts';
import type { Change } from './change.ts';
import type { EntityRisk } from './risk.ts';

/**
 * Alerts, counts and risks, written in one transaction. Each of PostgreSQL's syncs the disk that the outbox waits for
 * too, and each of SQLite's writes the pages of the indexes anew: 100 alerts at once are a third fewer bytes than twice
 * 50. Not more, since laying them out holds everything else up, a whole alert about five times as long as its counts.
 */
const alertsTogether = 100;
const countsTogether = 1_000;
const risksTogether = 1_000;

/**
 * What the database does delays the outbox where both share processors and disk. Counts and risks, which change with
 * every detection, take a hundredth of the time for it: they wait so long, within 5 and 25 rounds.
 */
const countsShare = 0.01;
const leastRounds = 5;
const mostRounds = 25;

/** Alerts as they are now. */
interface Book {
  readonly stored: (id: string) => StoredAlert | undefined;
  /** `undefined` where more than the counts may have changed. */
  readonly counts: (id: string) => AlertCounts | undefined;
}

/**
 * Carries alerts and risks into the store, where queries find them. The journal is what survives a crash; this
 * follows it, always with the newest state, and waits while the database is away. It holds each alert once, so that
 * it is bounded by the number of alerts.
 */
export class Projection {
  readonly #store: Store;
  readonly #everyMs: number;
  readonly #book: Book;
  readonly #stored: (ids: readonly string[]) => void;
  readonly #closing = new AbortController();
  /** Alerts of which more changed than the count. */
  readonly #alerts = new Set<string>();
  readonly #counts = new Set<string>();
  readonly #risks = new Map<string, EntityRisk>();
  /** Alerts that are being written: should that fail, they are read again. */
  #underWay: ReadonlySet<string> = new Set();
  #running: Promise<void> | undefined;
  #flushing = false;
  #countsDueMs = 0;
  /** Ends the wait in which changes gather. */
  #hurry: (() => void) | undefined;
  failures = 0;
  lastError: unknown;

  /** `stored` is told of alerts whose newest state the store has taken. */
  constructor(store: Store, everyMs: number, book: Book, stored: (ids: readonly string[]) => void) {
    this.#store = store;
    this.#everyMs = everyMs;
    this.#book = book;
    this.#stored = stored;
  }

  changed({ touched, written, risks }: Change): void {
    for (const { id } of written) this.#alerts.add(id);
    for (const { id } of touched.keys()) this.#counts.add(id);
    for (const risk of risks.values()) this.#risks.set(risk.entity, risk);
    this.#start();
  }

  /** All of these may have changed. */
  all(ids: Iterable<string>): void {
    for (const id of ids) this.#alerts.add(id);
    this.#start();
  }

  /** Whether the store has yet to take this alert. */
  waitsFor(id: string): boolean {
    return this.#alerts.has(id) || this.#counts.has(id) || this.#underWay.has(id);
  }

  get waiting(): number {
    return this.#alerts.size + this.#counts.size + this.#risks.size;
  }

  /** Resolves once the store has everything that changed so far. */
  async flush(): Promise<void> {
    this.#flushing = true;
    this.#hurry?.();
    try {
      while (this.#running && !this.#closing.signal.aborted) await this.#running;
    } finally {
      this.#flushing = false;
    }
  }

  async close(graceMs: number): Promise<void> {
    const grace = sleep(graceMs, undefined, { signal: this.#closing.signal }).catch(() => {});
    await Promise.race([this.flush(), grace]);
    this.#closing.abort();
    await this.#running;
  }

  #start(): void {
    if (this.waiting > 0) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let failed = 0;
    while (this.waiting > 0 && !signal.aborted) {
      // A wait before each round gathers changes: an alert counted a thousand times meanwhile is written once.
      await this.#gather();
      try {
        await this.#round();
        failed = 0;
      } catch (error) {
        this.failures++;
        this.lastError = error;
        await this.#pause(backoffMs(++failed, 100, 5_000));
      }
    }
    this.#running = undefined;
  }

  /** Writes what waits now, in batches between which other work gets its turn. */
  async #round(): Promise<void> {
    await inParts([...this.#alerts], alertsTogether, (ids) => this.#putAlerts(ids));
    const beganMs = performance.now();
    if (beganMs < this.#countsDueMs && !this.#flushing) return;
    await inParts([...this.#counts], countsTogether, (ids) => this.#putCounts(ids));
    await inParts([...this.#risks.values()], risksTogether, (risks) => this.#putRisks(risks));
    const endedMs = performance.now();
    const waitMs = Math.max((endedMs - beganMs) / countsShare, leastRounds * this.#everyMs);
    this.#countsDueMs = endedMs + Math.min(waitMs, mostRounds * this.#everyMs);
  }

  async #putAlerts(ids: readonly string[]): Promise<void> {
    const alerts = ids.map(this.#book.stored).filter((alert) => alert !== undefined);
    // Taken off first: what changes while the write is under way is marked anew.
    for (const id of ids) {
      this.#alerts.delete(id);
      this.#counts.delete(id);
    }
    this.#underWay = new Set(ids);
    try {
      await this.#store.alerts.put(alerts);
    } catch (error) {
      for (const id of ids) this.#alerts.add(id);
      throw error;
    } finally {
      this.#underWay = new Set();
    }
    this.#stored(ids);
  }

  /** Writes counts alone, where the store has all else of the alert and that is not about to change. */
  async #putCounts(ids: readonly string[]): Promise<void> {
    const counts: AlertCounts[] = [];
    for (const id of ids) {
      this.#counts.delete(id);
      const one = this.#alerts.has(id) ? undefined : this.#book.counts(id);
      if (one) counts.push(one);
      else this.#alerts.add(id);
    }
    const missing = new Set<string>();
    try {
      for (const id of await this.#store.alerts.putCounts(counts)) missing.add(id);
    } catch (error) {
      for (const { id } of counts) this.#counts.add(id);
      throw error;
    }
    // What retention has taken away comes back whole.
    for (const id of missing) this.#alerts.add(id);
    this.#stored(counts.flatMap(({ id }) => (missing.has(id) ? [] : id)));
  }

  async #putRisks(risks: readonly EntityRisk[]): Promise<void> {
    for (const { entity } of risks) this.#risks.delete(entity);
    try {
      await this.#store.risks.put(
        risks.map(({ entity, score, atMs }) => ({ entity, score, updatedMs: atMs })),
      );
    } catch (error) {
      for (const risk of risks) if (!this.#risks.has(risk.entity)) this.#risks.set(risk.entity, risk);
      throw error;
    }
  }

  #gather(): Promise<void> {
    if (this.#flushing || this.#closing.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#everyMs).unref();
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
  }
}

async function inParts<T>(
  all: readonly T[],
  size: number,
  take: (part: T[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < all.length; at += size) await take(all.slice(at, at + size));
}
