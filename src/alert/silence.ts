import { invalidArgument } from '../errors.ts';
import type { Labels } from './labels.ts';
import { compileMatchers, type Matcher, type Matches, parseMatcher } from './matcher.ts';

/** While it lasts, matching alerts are kept and counted but not delivered. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  /** Inclusive. */
  readonly startsMs: number;
  /** Exclusive. */
  readonly endsMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** A silence as it is asked for. */
export interface NewSilence {
  readonly matchers: readonly (Matcher | string)[];
  /** Default: now. */
  readonly startsMs?: number;
  readonly endsMs: number;
  readonly createdBy: string;
  readonly comment?: string;
}

const maxSilences = 10_000;

export class Silences {
  readonly #silences = new Map<string, { readonly silence: Silence; readonly matches: Matches }>();

  make(
    id: string,
    { matchers, startsMs, endsMs, createdBy, comment = '' }: NewSilence,
    nowMs: number,
  ): Silence {
    if (matchers.length === 0)
      throw invalidArgument('matchers', 'at least one, so that not everything is silenced');
    const silence: Silence = {
      id,
      matchers: matchers.map((one) => (typeof one === 'string' ? parseMatcher(one) : one)),
      startsMs: startsMs ?? nowMs,
      endsMs,
      createdBy,
      comment,
    };
    if (!(silence.endsMs > silence.startsMs)) throw invalidArgument('endsMs', 'later than startsMs');
    if (this.#silences.size >= maxSilences) throw invalidArgument('silences', `at most ${maxSilences}`);
    // Compiled before it is kept, so that a bad pattern changes nothing.
    compileMatchers(silence.matchers, 'silence');
    return silence;
  }

  put(silence: Silence): void {
    this.#silences.set(silence.id, { silence, matches: compileMatchers(silence.matchers, 'silence') });
  }

  /** How many more there may be. */
  get room(): number {
    return Math.max(0, maxSilences - this.#silences.size);
  }

  get(id: string): Silence | undefined {
    return this.#silences.get(id)?.silence;
  }

  remove(id: string): boolean {
    return this.#silences.delete(id);
  }

  /** The silence that holds for these labels now. */
  silencing(labels: Labels, nowMs: number): string | undefined {
    for (const [id, { silence, matches }] of this.#silences) {
      if (silence.startsMs <= nowMs && nowMs < silence.endsMs && matches(labels)) return id;
    }
    return undefined;
  }

  /** Those that have not ended; with `all` those ended and not yet swept too. */
  list(nowMs: number, all = false): Silence[] {
    const silences = [...this.#silences.values()].map(({ silence }) => silence);
    return all ? silences : silences.filter(({ endsMs }) => endsMs > nowMs);
  }

  /** Forgets what has ended, and tells which. */
  sweep(nowMs: number): string[] {
    const ended = [...this.#silences.values()].filter(({ silence }) => silence.endsMs <= nowMs);
    for (const { silence } of ended) this.#silences.delete(silence.id);
    return ended.map(({ silence }) => silence.id);
  }
}
