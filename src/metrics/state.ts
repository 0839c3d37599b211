import { layout } from '../backend/contract/exposition.ts';
import { invalidArgument } from '../errors.ts';
import { Family, type FamilyHost, type LabelValues, type MetricOptions } from './family.ts';

/** Facts that do not change while the process runs, as labels of a series that reads 1. Shown as `<name>_info`. */
export class Info<L extends string = string> extends Family<L> {
  readonly type = 'info';
  readonly layout = layout.single;

  /** Made by {@link Registry.info}. @internal */
  constructor(options: MetricOptions<L>, host: FamilyHost) {
    super('info', { aggregation: 'max', ...options }, host, 1);
  }

  /**
   * Says a fact as labels, whose series reads 1. Series that were set before stay: call {@link Family.reset}
   * where a fact changes.
   */
  set(labels: LabelValues<L>): void {
    this.values[this.seriesOfLabels(labels)] = 1;
  }
}

export interface StateSetOptions<L extends string = string> extends MetricOptions<L> {
  /** The states, of which any number hold at once. */
  readonly states: readonly string[];
}

/** Which of some states hold: one series a state, 1 or 0, labelled by the metric's own name. */
export class StateSet<L extends string = string> extends Family<L> {
  readonly type = 'stateset';
  readonly layout = layout.single;
  readonly states: readonly string[];

  /** Made by {@link Registry.stateSet}. @internal */
  constructor(options: StateSetOptions<L>, host: FamilyHost) {
    const names = [...(options.labels ?? []), options.name as L];
    super('stateset', { aggregation: 'max', ...options, labels: names }, host, 1);
    if (options.states.length === 0) throw invalidArgument('states', 'at least one');
    this.states = [...new Set(options.states)];
    if (names.length === 1) this.set([]);
  }

  /**
   * Says which states hold now; the others do not.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a state that was not declared.
   */
  set(holding: string | readonly string[], labels: LabelValues<L> = {} as LabelValues<L>): void {
    const hold = typeof holding === 'string' ? [holding] : holding;
    const unknown = hold.find((state) => !this.states.includes(state));
    if (unknown !== undefined)
      throw invalidArgument('state', `one of ${this.states.join(', ')}, not ${unknown}`);
    const values = this.pick(labels).slice(0, -1);
    for (const state of this.states)
      this.values[this.seriesOf([...values, state])] = hold.includes(state) ? 1 : 0;
  }
}
