import { setTimeout as sleep } from 'node:timers/promises';
import type { Store, StoredAlert } from '../store/index.ts';
import type { EntityRisk } from './risk.ts';

const batchSize = 200;

/**
 * Carries alerts and risks into the store, where queries find them. The journal is what survives a crash; this
 * follows it, always with the newest state, and waits while the database is away. It holds each alert once, so that
 * it is bounded by the number of alerts.
 */
export class Projection {
  readonly #store: Store;
  readonly #everyMs: number;
  readonly #read: (id: string) => StoredAlert | undefined;
  readonly #closing = new AbortController();
  readonly #alerts = new Set<string>();
  readonly #risks = new Map<string, EntityRisk>();
  #running: Promise<void> | undefined;
  failures = 0;
  lastError: unknown;

  constructor(store: Store, everyMs: number, read: (id: string) => StoredAlert | undefined) {
    this.#store = store;
    this.#everyMs = everyMs;
    this.#read = read;
  }

  changed(alertIds: Iterable<string>, risks: readonly EntityRisk[] = []): void {
    for (const id of alertIds) this.#alerts.add(id);
    for (const risk of risks) this.#risks.set(risk.entity, risk);
    if (this.#alerts.size + this.#risks.size > 0) this.#running ??= this.#run();
  }

  /** Whether the store has yet to take this alert. */
  waitsFor(id: string): boolean {
    return this.#alerts.has(id);
  }

  get waiting(): number {
    return this.#alerts.size + this.#risks.size;
  }

  /** Resolves once the store has everything that changed so far. */
  async flush(): Promise<void> {
    while (this.#running && !this.#closing.signal.aborted) await this.#running;
  }

  async close(graceMs: number): Promise<void> {
    const grace = sleep(graceMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {});
    await Promise.race([this.flush(), grace]);
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let failed = 0;
    // A short wait gathers the changes of a burst: an alert counted a thousand times is written once.
    await this.#pause(this.#everyMs);
    while (this.waiting > 0 && !signal.aborted) {
      try {
        await this.#writeSome();
        failed = 0;
      } catch (error) {
        this.failures++;
        this.lastError = error;
        await this.#pause(Math.min(5_000, 100 * 2 ** Math.min(failed++, 10)) * (0.5 + Math.random() / 2));
      }
    }
    this.#running = undefined;
  }

  async #writeSome(): Promise<void> {
    const ids = [...this.#alerts].slice(0, batchSize);
    const risks = [...this.#risks.values()].slice(0, batchSize);
    const alerts = ids.map(this.#read).filter((alert) => alert !== undefined);
    // Taken off first: what changes while the write is under way is marked anew.
    for (const id of ids) this.#alerts.delete(id);
    for (const { entity } of risks) this.#risks.delete(entity);
    try {
      await this.#store.alerts.put(alerts);
      await this.#store.risks.put(
        risks.map(({ entity, score, atMs }) => ({ entity, score, updatedMs: atMs })),
      );
    } catch (error) {
      for (const id of ids) this.#alerts.add(id);
      for (const risk of risks) if (!this.#risks.has(risk.entity)) this.#risks.set(risk.entity, risk);
      throw error;
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
  }
}
