/** Sigma levels, lowest first. */
export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
/** How grave a detection is, from `informational` to `critical`. */
export type Severity = (typeof severities)[number];

/** Which part of the engine raised a detection. */
export type DetectionKind = 'rule' | 'correlation' | 'http' | 'auth' | 'reputation';

/** A field of the event and the value that made the rule hold. */
export interface MatchedField {
  /** Field name as the event spells it; nested names are joined by dots. */
  readonly field: string;
  readonly value: string;
}

/** Where the event stands. */
export interface EventReference {
  /** 0-based index in its batch. */
  readonly index: number;
  /** File, subject or listener that the event came from. */
  readonly source?: string;
  /** 1-based line in that source. */
  readonly line?: number;
  /** The event's own id, or one derived from its content. */
  readonly id?: string;
}

/** One rule that held for one event, or for the events of a correlation. */
export interface Detection {
  readonly kind: DetectionKind;
  readonly ruleId: string;
  readonly title: string;
  readonly level: Severity;
  /** The rule's tags as written, e.g. `attack.t1059.001`. */
  readonly tags: readonly string[];
  readonly matched: readonly MatchedField[];
  /** Event time in milliseconds since the epoch, where the event tells it. */
  readonly eventTimeMs?: number;
  readonly event: EventReference;
  /** Who and what it is about, e.g. `host`, `user`, `source.ip` (ECS names). */
  readonly entities?: Readonly<Record<string, string>>;
  /** Correlations: the group-by values and the events that made them hold. */
  readonly correlation?: {
    readonly group: Readonly<Record<string, string>>;
    readonly count: number;
    readonly events: readonly EventReference[];
  };
}
