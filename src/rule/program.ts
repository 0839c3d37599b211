/**
 * A rule program: what both back ends evaluate. Plain data that survives JSON.
 *
 * Slots are fields, predicates are tests of one field's value, and each rule is a boolean code over
 * predicates.
 */
export interface RuleProgram {
  readonly format: typeof programFormat;
  /** Slot 0 holds every value of the event, for keyword searches. */
  readonly slots: readonly Slot[];
  readonly predicates: readonly Predicate[];
  readonly rules: readonly ProgramRule[];
  readonly recognisers: readonly ProgramRecogniser[];
  /** How many distinct logsources the rules name; their ids are 0 to n-1. */
  readonly logsourceCount: number;
}

export const programFormat = 1;

export interface Slot {
  readonly name: string;
  /** Key paths at which events hold it; `*` stands for any one key. */
  readonly paths: readonly (readonly string[])[];
}

/** `[kind, cased, text]`; kinds are 0 equals, 1 startsWith, 2 endsWith, 3 contains, 4 glob. */
export type ProgramPattern = readonly [kind: 0 | 1 | 2 | 3 | 4, cased: 0 | 1, text: string];

export type Predicate = { readonly slot: number } & (
  | { readonly kind: 'text'; readonly patterns: readonly ProgramPattern[] }
  | {
      readonly kind: 'regex';
      readonly source: string;
      readonly flags: string;
      /** Lower-cased literals of which one stands in every match. */
      readonly literals?: readonly string[];
    }
  | { readonly kind: 'cidr'; readonly networks: readonly string[] }
  | { readonly kind: 'number'; readonly comparison: string; readonly value: number }
  | { readonly kind: 'time'; readonly part: string; readonly comparison: string; readonly value: number }
  | { readonly kind: 'present' }
  | { readonly kind: 'null' }
  | {
      readonly kind: 'field';
      readonly other: number;
      readonly relation: 0 | 1 | 2 | 3;
      readonly cased: 0 | 1;
    }
);

/**
 * Boolean code in prefix order: `PRED p`, `NOT x`, `AND n len …`, `OR n len …`, `ATLEAST k n len …`, where
 * `len` is the number of words of the operands.
 */
export const opcode = { predicate: 0, not: 1, and: 2, or: 3, atLeast: 4 } as const;

export interface ProgramRule {
  readonly code: readonly number[];
  /** Predicates of which one holds whenever the rule does; `null` where there are none. */
  readonly witnesses: readonly number[] | null;
  /** Id of the rule's logsource. */
  readonly logsource: number;
}

export interface ProgramRecogniser {
  readonly code: readonly number[];
  /** Ids of the rule logsources that fit the events it recognises. */
  readonly gives: readonly number[];
}
