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

/** The texts of a table, as the cache on disk holds them: JSON behind JSON, and where each ends. */
export interface RuleTexts {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
}

/** The rules of a program in its order. Out of the cache each is read when it is first asked for: few ever fire. */
export class RuleTable {
  readonly names: readonly RuleName[];
  readonly #rules: (BundledRule | undefined)[];
  readonly #texts: RuleTexts | undefined;
  #complete: readonly BundledRule[] | undefined;

  private constructor(names: readonly RuleName[], rules: readonly BundledRule[], texts?: RuleTexts) {
    this.names = names;
    this.#rules = [...rules];
    this.#texts = texts;
    if (!texts) this.#complete = rules;
  }

  static of(rules: readonly BundledRule[]): RuleTable {
    return new RuleTable(
      rules.map(({ id, name }) => (name === undefined ? { id } : { id, name })),
      rules,
    );
  }

  static from(names: readonly RuleName[], texts: RuleTexts): RuleTable {
    return new RuleTable(names, [], texts);
  }

  get length(): number {
    return this.names.length;
  }

  at(index: number): BundledRule {
    let rule = this.#rules[index];
    if (!rule) {
      const { bytes, ends } = this.#texts as RuleTexts;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      rule = JSON.parse(text.toString('utf8', ends[index - 1] ?? 0, ends[index])) as BundledRule;
      this.#rules[index] = rule;
    }
    return rule;
  }

  all(): readonly BundledRule[] {
    this.#complete ??= this.names.map((_, index) => this.at(index));
    return this.#complete;
  }

  texts(): RuleTexts {
    const pieces = this.all().map((rule) => Buffer.from(JSON.stringify(rule)));
    let end = 0;
    return { bytes: Buffer.concat(pieces), ends: pieces.map(({ length }) => (end += length)) };
  }
}
