import type { Logsource, RuleMeta } from '../rule/index.ts';

/** A detection rule without its expression, which the program holds. */
export interface BundledRule extends RuleMeta {
  readonly logsource: Logsource;
}

/** How other rules refer to a rule. */
export interface RuleName {
  readonly id: string;
  readonly name?: string;
}

/** The texts of a table: JSON behind JSON, and where each ends. */
export interface RuleTexts {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
}

/** The rules of a program in its order. Each is read when it is first asked for: few ever fire. */
export class RuleTable {
  readonly names: readonly RuleName[];
  readonly #rules: (BundledRule | undefined)[] = [];
  readonly #texts: RuleTexts;
  #complete: readonly BundledRule[] | undefined;

  constructor(names: readonly RuleName[], texts: RuleTexts) {
    this.names = names;
    this.#texts = texts;
  }

  get length(): number {
    return this.names.length;
  }

  at(index: number): BundledRule {
    let rule = this.#rules[index];
    if (!rule) {
      const { bytes, ends } = this.#texts;
      rule = JSON.parse(bytes.toString('utf8', ends[index - 1] ?? 0, ends[index])) as BundledRule;
      this.#rules[index] = rule;
    }
    return rule;
  }

  all(): readonly BundledRule[] {
    this.#complete ??= this.names.map((_, index) => this.at(index));
    return this.#complete;
  }
}
