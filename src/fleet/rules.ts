import { hash } from 'node:crypto';
import type { RuleSource } from '../detect/index.ts';
import type { Records } from '../store/index.ts';
import type { Member } from './share.ts';

export interface FleetRulesOptions {
  readonly records: Records;
  readonly prefix: string;
  /** Makes rules ready to be switched to. */
  readonly prepare: (sources: readonly RuleSource[], version: string) => Promise<void>;
  /** Switches to rules that were made ready. */
  readonly activate: (version: string) => Promise<void>;
  /** How long a worker that does not get ready holds the others up, in milliseconds. Default 60,000. */
  readonly patienceMs?: number;
  readonly now?: () => number;
}

interface Next {
  readonly version: string;
  readonly atMs: number;
}

/** The same rules have the same version, in whatever order they were read. */
function rulesVersion(sources: readonly RuleSource[]): string {
  const parts = sources.map(({ text }) => hash('sha256', text, 'hex')).sort();
  return hash('sha256', parts.join('\n'), 'hex').slice(0, 16);
}

/**
 * Which rules a fleet runs. A new set is announced through the shared store; each worker makes it ready and says so;
 * when all are, or patience has run out, it becomes the current one, and every worker switches at its next beat.
 */
export class FleetRules {
  readonly #options: Required<FleetRulesOptions>;
  readonly #collection: string;
  #active = '';
  #ready = '';
  #preparing: Promise<void> | undefined;

  constructor(options: FleetRulesOptions) {
    this.#options = { patienceMs: 60_000, now: Date.now, ...options };
    this.#collection = `${options.prefix}:rules`;
  }

  /** The version in use. */
  get active(): string {
    return this.#active;
  }

  /** The last version made ready. */
  get ready(): string {
    return this.#ready;
  }

  /** Takes the fleet's rules up, or makes these the fleet's where it has none. */
  async start(own: readonly RuleSource[]): Promise<void> {
    const { records, now } = this.#options;
    const version = rulesVersion(own);
    await this.#keep(version, own);
    const nowMs = now();
    await records.put(this.#collection, 'current', version, { nowMs, ifVersion: 0 });
    const current = (await records.get<string>(this.#collection, 'current', nowMs))?.value ?? version;
    await this.#prepare(current);
    await this.#activate(current);
  }

  /** Asks the fleet to switch to these; gives their version. */
  async announce(sources: readonly RuleSource[]): Promise<string> {
    const { records, now } = this.#options;
    const version = rulesVersion(sources);
    await this.#keep(version, sources);
    const next: Next = { version, atMs: now() };
    await records.put(this.#collection, 'next', next, { nowMs: now() });
    return version;
  }

  /** Looks what is announced, and acts on it; `readyOf` reads what a worker says it is ready for. */
  async beat(members: readonly Member[], readyOf: (member: Member) => string | undefined): Promise<void> {
    const { records, patienceMs, now } = this.#options;
    const nowMs = now();
    const current = await records.get<string>(this.#collection, 'current', nowMs);
    if (!current) return;
    const next = (await records.get<Next>(this.#collection, 'next', nowMs))?.value;
    if (next && next.version !== current.value) {
      this.#preparing ??= this.#prepare(next.version).finally(() => {
        this.#preparing = undefined;
      });
      await this.#preparing;
      const all = members.every((member) => readyOf(member) === next.version);
      if (all || nowMs - next.atMs > patienceMs) {
        const options = { nowMs, ifVersion: current.version };
        await records.put(this.#collection, 'current', next.version, options);
      }
    }
    const latest = (await records.get<string>(this.#collection, 'current', nowMs))?.value;
    if (latest !== undefined && latest !== this.#active) {
      await this.#prepare(latest);
      await this.#activate(latest);
    }
  }

  async #keep(version: string, sources: readonly RuleSource[]): Promise<void> {
    const plain = sources.map(({ file, text }) => ({ file, text }));
    await this.#options.records.put(this.#collection, `set:${version}`, plain, {
      nowMs: this.#options.now(),
    });
  }

  async #prepare(version: string): Promise<void> {
    if (this.#ready === version) return;
    const { records, prepare, now } = this.#options;
    const set = await records.get<RuleSource[]>(this.#collection, `set:${version}`, now());
    if (!set) return;
    await prepare(set.value, version);
    this.#ready = version;
  }

  async #activate(version: string): Promise<void> {
    await this.#options.activate(version);
    this.#active = version;
  }
}
