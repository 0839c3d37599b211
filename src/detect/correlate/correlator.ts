import { LRUCache } from 'lru-cache';
import type { CorrelationRule } from '../../rule/correlation.ts';
import type { Detection, EventReference } from '../detection.ts';
import { conditionHolds, isShare, spareOf, tallyOf } from './condition.ts';
import { type CorrelationHit, groupKey, HitRouter, type RuleHit } from './router.ts';
import { type Spare, Window } from './window.ts';

/** How much memory correlations may take. */
export interface CorrelatorLimits {
  /** Groups one rule may keep; the one untouched for longest goes first. Default 100,000. */
  readonly groupsPerRule: number;
  /** Groups all rules together may keep. Default 500,000. */
  readonly groups: number;
  /** Hits that all windows together may keep. Default 2,000,000. */
  readonly hits: number;
}

/** What the bounds of correlation memory cost so far. */
export interface CorrelatorFigures {
  /** Groups kept now. */
  readonly groups: number;
  /** Hits kept now. */
  readonly hits: number;
  /** Groups given up because a limit was reached. */
  readonly evictedGroups: number;
  /** Hits that came a timespan or more after newer ones of their group. */
  readonly lateHits: number;
}

interface State {
  readonly rule: CorrelationRule;
  readonly spare: Spare;
  /** Whether the condition holds where there is no hit at all. */
  readonly holdsForNone: boolean;
  /** By group key; the order of insertion is that of the last touch. */
  readonly groups: Map<string, Window>;
  /** Hits that its windows keep. */
  hits: number;
}

/** Groups that one hit lets go of at most because their time has run out. */
const maxDroppedGroups = 2;
/** Hits of events with ids of their own that are remembered, so that one that comes again counts once. */
const rememberedHits = 20_000;
/** Events that a correlation's detection refers to at most. */
const maxReferences = 100;

/**
 * Correlates hits (Sigma Correlation Rules specification). A hit counts at its event's own time, also when
 * it comes out of order; the window of a group ends at its newest hit. A detection is raised when the
 * condition begins to hold, and again only after it has ceased to.
 */
export class Correlator {
  readonly #limits: CorrelatorLimits;
  /** Which correlations a hit counts in. */
  readonly router: HitRouter;
  readonly #states: State[];
  readonly #byId: ReadonlyMap<string, State>;
  readonly #seen = new LRUCache<string, true>({ max: rememberedHits });
  #groups = 0;
  #hits = 0;
  #evictedGroups = 0;
  #lateHits = 0;

  /**
   * @param rules in an order in which each comes after those it is over.
   * @param idOf the id of a rule by its id or name.
   */
  constructor(
    rules: readonly CorrelationRule[],
    idOf: (reference: string) => string,
    limits: Partial<CorrelatorLimits> = {},
  ) {
    this.#limits = { groupsPerRule: 100_000, groups: 500_000, hits: 2_000_000, ...limits };
    this.#states = rules.map((rule) => {
      const spare = spareOf(rule);
      const { holds } = conditionHolds(rule, new Window(spare, tallyOf(rule)), undefined);
      return { rule, spare, holdsForNone: holds, groups: new Map(), hits: 0 };
    });
    this.#byId = new Map(this.#states.map((state) => [state.rule.id, state]));
    this.router = new HitRouter(rules, idOf);
  }

  /** Groups and hits held now, and what was evicted or came late since the start. */
  get figures(): CorrelatorFigures {
    return {
      groups: this.#groups,
      hits: this.#hits,
      evictedGroups: this.#evictedGroups,
      lateHits: this.#lateHits,
    };
  }

  /** Whether a correlation is over the rule. */
  wants(ruleId: string): boolean {
    return this.router.wants(ruleId);
  }

  /** Takes a hit in; gives the detections it raises, chained ones included. */
  add(hit: RuleHit): Detection[] {
    const raised: Detection[] = [];
    for (const routed of this.router.route(hit)) {
      const detection = this.take(routed);
      if (detection) raised.push(detection, ...this.add(chained(detection, routed, hit)));
    }
    return raised;
  }

  /** Takes a hit of one correlation in; gives the detection that it completes. */
  take(hit: CorrelationHit): Detection | undefined {
    const state = this.#byId.get(hit.correlationId);
    // Of a rule that is no longer in use.
    if (!state || this.#cameBefore(hit)) return undefined;
    const { rule } = state;
    const { timeMs, place, value, event, group } = hit;
    const window = this.#window(state, groupKey(hit), timeMs);
    // Nothing came for so long that the window was empty in between.
    if (!state.holdsForNone && timeMs - window.latestMs >= rule.timespanMs) window.raised = undefined;
    const before = window.hits.length;
    const added = window.add({ timeMs, rule: place, value, event }, rule.timespanMs);
    this.#kept(state, window.hits.length - before);
    if (!added) {
      this.#lateHits++;
      return undefined;
    }
    const { holds, figure } = conditionHolds(rule, window, value);
    const holdsFor = holds ? (isShare(rule) ? (value ?? '') : '') : undefined;
    const begins = holdsFor !== undefined && holdsFor !== window.raised;
    window.raised = holdsFor;
    return begins ? detectionOf(rule, group, figure, window) : undefined;
  }

  #cameBefore({ correlationId, place, timeMs, event }: CorrelationHit): boolean {
    if (event.id === undefined) return false;
    const key = JSON.stringify([correlationId, place, timeMs, event.id]);
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, true);
    return false;
  }

  #window(state: State, key: string, nowMs: number): Window {
    let window = state.groups.get(key);
    if (window) {
      state.groups.delete(key);
      state.groups.set(key, window);
    }
    if (this.#hits >= this.#limits.hits) {
      // Not of this rule: another one, with a single group perhaps, may hold nearly all of them.
      this.#evict(this.#states.reduce((a, b) => (b.hits > a.hits ? b : a)));
      window = state.groups.get(key);
    }
    if (!window) {
      window = new Window(state.spare, tallyOf(state.rule));
      this.#groups++;
      state.groups.set(key, window);
    }
    this.#dropExpired(state, nowMs);
    if (state.groups.size > this.#limits.groupsPerRule) this.#evict(state);
    else if (this.#groups > this.#limits.groups) {
      this.#evict(this.#states.reduce((a, b) => (b.groups.size > a.groups.size ? b : a)));
    }
    return window;
  }

  #kept(state: State, hits: number): void {
    state.hits += hits;
    this.#hits += hits;
  }

  /**
   * Groups untouched for longest whose windows have run out cannot matter any more. A hit lets go of two at
   * most: more than it adds, and few enough that one with a forged time in the future does no harm.
   */
  #dropExpired(state: State, nowMs: number): void {
    let dropped = 0;
    for (const [key, window] of state.groups) {
      const expired = window.latestMs <= nowMs - state.rule.timespanMs * 2;
      if (!expired || state.groups.size === 1 || dropped++ === maxDroppedGroups) return;
      this.#drop(state, key, window);
    }
  }

  #drop(state: State, key: string, window: Window): void {
    state.groups.delete(key);
    this.#groups--;
    this.#kept(state, -window.hits.length);
  }

  #evict(state: State): void {
    const oldest = state.groups.entries().next();
    if (oldest.done) return;
    this.#drop(state, ...oldest.value);
    this.#evictedGroups++;
  }
}

/** A correlation's detection as a hit for the correlations over it. */
export function chained(
  { ruleId }: Detection,
  { group, fields = {}, timeMs, event }: CorrelationHit,
  origin?: RuleHit,
): RuleHit {
  const field = (name: string) => {
    if (Object.hasOwn(group, name)) return group[name];
    return origin ? origin.field(name) : Object.hasOwn(fields, name) ? fields[name] : undefined;
  };
  return { ruleId, timeMs, event, field };
}

function detectionOf(
  rule: CorrelationRule,
  group: Readonly<Record<string, string>>,
  figure: number,
  window: Window,
): Detection {
  const events = window.hits.slice(-maxReferences).map((hit) => hit.event);
  return {
    kind: 'correlation',
    ruleId: rule.id,
    title: rule.title,
    level: rule.level,
    tags: rule.tags,
    matched: Object.entries(group).map(([field, value]) => ({ field, value })),
    eventTimeMs: window.latestMs,
    event: events.at(-1) as EventReference,
    entities: group,
    correlation: { group, count: Math.max(figure, 0) || window.hits.length, events },
  };
}
