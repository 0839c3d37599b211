/** Which log a rule is for. A part that is missing fits every log. */
export interface Logsource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
}

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
  /** The distinct logsources of the rules; their ids are their places. */
  readonly logsources: readonly Logsource[];
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

interface ProgramRecogniser {
  readonly code: readonly number[];
  /** Ids of the rule logsources that fit the events it recognises. */
  readonly gives: readonly number[];
}

/** Why a line is not an event, as it crosses the boundary. */
export const eventFault = { syntax: 1, notAnObject: 2, tooDeep: 3, tooLong: 4, encoding: 5 } as const;
export type EventFault = (typeof eventFault)[keyof typeof eventFault];

/** How deep an event may nest, and how long it may be in bytes. */
export const maxEventDepth = 128;
export const maxEventBytes = 16 * 1024 * 1024;

/** What a batch of NDJSON gave. */
export interface Evaluated {
  /** Lines that are events. */
  readonly events: number;
  /** Lines in all, blank ones included. */
  readonly lines: number;
  /** Rows `(line, start, end, rule)` by line and rule; start and end are bytes in the batch. */
  readonly hits: Uint32Array;
  /** Rows `(line, start, end, fault)` of the lines that are not events. */
  readonly faults: Uint32Array;
  /** Values whose predicates were known from before, and those that had to be looked at; a back end caches as it likes. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** A value that made a predicate of a rule hold. */
export interface Witnessed {
  readonly slot: number;
  readonly value: string;
}

/** A compiled program. */
export interface RuleEngine {
  /** Evaluates the first `length` bytes. `logsources` are ids the events come from; empty to recognise them. */
  evaluate(ndjson: Uint8Array, length: number, logsources: Uint32Array): Evaluated;
  /** The same off the main thread where the back end can; the bytes must stay as they are meanwhile. */
  evaluateAsync(ndjson: Uint8Array, logsources: Uint32Array): Promise<Evaluated>;
  /** Reads the events and does nothing with them; gives their number. */
  decode(ndjson: Uint8Array): number;
  /** The values for which a rule holds for an event that it was found to hold for. */
  explain(event: object, rule: number): Witnessed[];
  close(): void;
}

/** Sigma rules. */
export interface RuleBackend {
  /**
   * @param program a {@link RuleProgram} as JSON.
   * @param options `known`: the same back end compiled the program before, so that its patterns need no check.
   * @throws {WolfsecError} `WOLFSEC_RULE_INVALID` for what is no program.
   */
  compileRules(program: Uint8Array, options?: { readonly known?: boolean }): RuleEngine;
}
