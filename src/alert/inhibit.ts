import { type Labels, labelValue } from './labels.ts';
import { compileMatchers, type Matcher, type Matches } from './matcher.ts';

/** While an alert that matches `source` is open, those that match `target` with `equal` labels are not delivered. */
export interface Inhibition {
  readonly source: readonly (Matcher | string)[];
  readonly target: readonly (Matcher | string)[];
  /** Labels whose values must be the same in both. */
  readonly equal?: readonly string[];
}

interface Rule {
  readonly source: Matches;
  readonly target: Matches;
  readonly equal: readonly string[];
  /** Open source alerts by the values of `equal`. */
  readonly open: Map<string, Set<string>>;
}

/** Keeps the open source alerts by key, so that a look costs the number of rules and not of alerts. */
export class Inhibitions {
  readonly #rules: readonly Rule[];

  constructor(inhibitions: readonly Inhibition[]) {
    this.#rules = inhibitions.map(({ source, target, equal = [] }, at) => ({
      source: compileMatchers(source, `inhibit ${at}: source`),
      target: compileMatchers(target, `inhibit ${at}: target`),
      equal,
      open: new Map(),
    }));
  }

  opened(alertId: string, labels: Labels): void {
    for (const { source, equal, open } of this.#rules) {
      if (!source(labels)) continue;
      const key = keyOf(labels, equal);
      const ids = open.get(key);
      if (ids) ids.add(alertId);
      else open.set(key, new Set([alertId]));
    }
  }

  resolved(alertId: string, labels: Labels): void {
    for (const { source, equal, open } of this.#rules) {
      if (!source(labels)) continue;
      const key = keyOf(labels, equal);
      const ids = open.get(key);
      if (ids?.delete(alertId) && ids.size === 0) open.delete(key);
    }
  }

  /** The alert on whose account this one is held back. An alert never inhibits itself. */
  inhibiting(alertId: string, labels: Labels): string | undefined {
    for (const { source, target, equal, open } of this.#rules) {
      // As in Alertmanager: what matches both sides cannot be inhibited by its like.
      if (!target(labels) || source(labels)) continue;
      for (const id of open.get(keyOf(labels, equal)) ?? []) if (id !== alertId) return id;
    }
    return undefined;
  }
}

const keyOf = (labels: Labels, names: readonly string[]) =>
  JSON.stringify(names.map((name) => labelValue(labels, name)));
