/** One timed call. `i` counts up, so that a case may walk through many inputs: `inputs[i & 63]`. */
export type Run = (i: number) => unknown;

/** A case: the call, or the call with figures of its own. `undefined` (a missing peer) is left out. */
export type Case = Run | { readonly run: Run; readonly opsPerCall?: number } | undefined;

/** Cases by name. `native` and `portable` are Wolfsec's; every other name is a peer. */
export type CaseMap = Readonly<Record<string, Case>>;

export interface GroupOptions {
  /** Bytes that one operation handles; prints MB/s (10^6 bytes). */
  readonly bytes?: number;
  /** Operations in one call, for batches; figures are per operation. Default 1. */
  readonly opsPerCall?: number;
  /**
   * What must be equal before anything is timed. By default the results themselves (bytes are
   * compared as bytes); a function maps each case's result to what is compared, e.g. decrypts it.
   */
  readonly check?: 'equal' | ((result: never, name: string) => unknown);
  /** The known answer, where there is one: every case must give it. */
  readonly expect?: unknown;
  /** Runs after the group, for what its cases opened. */
  readonly teardown?: () => unknown;
}

/** Cases, or a function that makes them (awaited) right before the group runs. */
export type CaseSource = CaseMap | (() => CaseMap | Promise<CaseMap>);

export interface Suite {
  /**
   * Adds a group: cases that do the same work, verified against each other and timed interleaved.
   * A case that returns a promise is awaited.
   */
  group(name: string, options: GroupOptions, cases: CaseSource): void;
  /** Prints a line with the results, e.g. a crossover that the figures show. */
  note(text: string): void;
}

export interface Group {
  readonly name: string;
  readonly options: GroupOptions;
  readonly cases: CaseSource;
}

/** What a bench file exports as its default. */
export interface SuiteDefinition {
  readonly name: string;
  collect(): Promise<{ readonly groups: readonly Group[]; readonly notes: readonly string[] }>;
}

/** Defines the benches of one area; `define` may be async. Nothing runs until the runner asks. */
export function suite(name: string, define: (s: Suite) => void | Promise<void>): SuiteDefinition {
  return {
    name,
    async collect() {
      const groups: Group[] = [];
      const notes: string[] = [];
      await define({
        group(groupName, options, cases) {
          if (groups.some((known) => known.name === groupName)) {
            throw new Error(`bench ${name}: two groups are named "${groupName}"`);
          }
          groups.push({ name: groupName, options, cases });
        },
        note: (text) => notes.push(text),
      });
      return { groups, notes };
    },
  };
}
