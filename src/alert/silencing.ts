import { type Store, uuidv7At } from '../store/index.ts';
import type { Commits } from './commits.ts';
import { compileMatchers } from './matcher.ts';
import type { NewSilence, Silence, Silences } from './silence.ts';

/** A silence as processes share it. One that was ended early stays until it would have ended, so that all learn of it. */
interface SharedSilence extends Silence {
  readonly ended?: boolean;
}

const collection = 'silences';
const pageSize = 500;

interface Parts {
  readonly silences: Silences;
  readonly commits: Commits;
  /** Where processes share their silences; without one they are this process's own. */
  readonly store: Store | undefined;
  /** How often the store is asked for the silences of others, in milliseconds. */
  readonly everyMs: number;
}

/**
 * Makes and ends silences: durable here at once, in the store as soon as it takes them. Other processes on the same
 * store learn of it when they ask the next time.
 */
export class Silencing {
  readonly #parts: Parts;
  /** What the store has yet to take, by id. */
  readonly #unshared = new Map<string, SharedSilence>();
  #askedMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  failures = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#unshared.size;
  }

  async make(wanted: NewSilence, nowMs: number): Promise<Silence> {
    const { silences } = this.#parts;
    const made = silences.make(uuidv7At(nowMs), wanted, nowMs);
    await this.#put([made]);
    this.#share(made, nowMs);
    return made;
  }

  /** `false` where there is none. */
  async end(id: string, nowMs: number): Promise<boolean> {
    const known = this.#parts.silences.get(id);
    if (!known || !(await this.#remove([id]))) return false;
    this.#share({ ...known, ended: true }, nowMs);
    return true;
  }

  /** Asks the store where that is due. One question at a time; a store that is away is asked again the next time. */
  tick(nowMs: number): void {
    const { store, everyMs } = this.#parts;
    // Asked later than now is asked before the clock was set back.
    const asked = this.#askedMs <= nowMs && nowMs < this.#askedMs + everyMs;
    if (!store || asked) return;
    this.#askedMs = nowMs;
    this.#start(nowMs);
  }

  /** Resolves when the exchange under way is over. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #share(silence: SharedSilence, nowMs: number): void {
    if (!this.#parts.store) return;
    this.#unshared.set(silence.id, silence);
    this.#start(nowMs);
  }

  #start(nowMs: number): void {
    const { store } = this.#parts;
    if (!store) return;
    const again = this.#running !== undefined;
    const run = async () => {
      try {
        await this.#give(store, nowMs);
        await this.#take(store, nowMs);
      } catch {
        this.failures++;
      }
    };
    const exchange = (again ? (this.#running as Promise<void>).then(run) : run()).finally(() => {
      if (this.#running === exchange) this.#running = undefined;
    });
    this.#running = exchange;
  }

  async #give(store: Store, nowMs: number): Promise<void> {
    for (const [id, silence] of this.#unshared) {
      if (silence.endsMs > nowMs) {
        await store.records.put(collection, id, silence, { nowMs, expiresMs: silence.endsMs });
      }
      if (this.#unshared.get(id) === silence) this.#unshared.delete(id);
    }
  }

  async #take(store: Store, nowMs: number): Promise<void> {
    const { silences } = this.#parts;
    const shared = new Set<string>();
    const made: Silence[] = [];
    const ended: string[] = [];
    for (let afterKey = ''; ; ) {
      const page = await store.records.list<SharedSilence>(collection, { nowMs, afterKey, limit: pageSize });
      for (const { key, value } of page) {
        shared.add(key);
        if (this.#unshared.has(key)) continue;
        const known = silences.get(key) !== undefined;
        if (value.ended) ended.push(...(known ? [key] : []));
        else if (!known && readable(value)) made.push(value);
      }
      if (page.length < pageSize) break;
      afterKey = page.at(-1)?.key ?? '';
    }
    await this.#put(made.slice(0, silences.room));
    await this.#remove(ended);
    // What the store has lost, or never had, is given to it again.
    for (const silence of silences.list(nowMs)) {
      if (!shared.has(silence.id)) this.#unshared.set(silence.id, silence);
    }
  }

  async #put(made: readonly Silence[]): Promise<void> {
    const { silences, commits } = this.#parts;
    if (made.length === 0) return;
    commits.gather().silences.push(...made);
    await commits.commit();
    for (const silence of made) silences.put(silence);
  }

  async #remove(ids: readonly string[]): Promise<boolean> {
    const { silences, commits } = this.#parts;
    if (ids.length === 0) return false;
    commits.gather().endedSilences.push(...ids);
    await commits.commit();
    return ids.map((id) => silences.remove(id)).some(Boolean);
  }
}

/** A later version may have written what this one cannot read: then it is left alone. */
function readable({ id, matchers, startsMs, endsMs }: SharedSilence): boolean {
  if (typeof id !== 'string' || !(startsMs < endsMs) || !Array.isArray(matchers)) return false;
  try {
    compileMatchers(matchers, 'silence');
    return matchers.length > 0;
  } catch {
    return false;
  }
}
