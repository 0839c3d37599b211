import { labelText, numberText } from './label-text.ts';
import { checkLabelNames } from './names.ts';

/** Where a recorded value came from, e.g. `{ trace_id: '4bf92f35…' }`. OpenMetrics text shows it. */
export type Exemplar = Readonly<Record<string, string>>;

/** OpenMetrics 1.0: names and values of an exemplar's labels together. */
const maxCodePoints = 128;

/** The last exemplar of each counter series and each histogram bucket, already written out. */
export class ExemplarStore {
  readonly #slots: number;
  readonly #texts = new Map<number, string>();

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Keeps an exemplar; one that breaks OpenMetrics' rules is not kept. */
  keep(series: number, slot: number, value: number, exemplar: Exemplar): void {
    const names = Object.keys(exemplar);
    const values = Object.values(exemplar);
    // A trace that is not there is no reason to fail what is recorded.
    if (!values.every((value) => typeof value === 'string')) return;
    let length = 0;
    for (const part of [...names, ...values]) length += [...part].length;
    if (length > maxCodePoints || !allowed(names)) return;
    const seconds = (Date.now() / 1000).toFixed(3);
    const text = ` # {${labelText(names, values)}} ${numberText(value)} ${seconds}`;
    this.#texts.set(series * this.#slots + slot, text);
  }

  drop(series: number): void {
    for (let slot = 0; slot < this.#slots; slot++) this.#texts.delete(series * this.#slots + slot);
  }

  clear(): void {
    this.#texts.clear();
  }

  /** Key (series × slots + slot) and text, by rising key. */
  sorted(): [number, string][] {
    return [...this.#texts].sort((a, b) => a[0] - b[0]);
  }
}

function allowed(names: readonly string[]): boolean {
  try {
    checkLabelNames(names, 'gauge');
    return true;
  } catch {
    return false;
  }
}
