/** What the query API answers, as the page reads it. Plain shapes: nothing here runs. */

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';
export type AlertStatus = 'open' | 'acknowledged' | 'resolved';

/** Who is signed in. */
export interface SessionInfo {
  readonly user: string;
  readonly scopes: readonly string[];
  /** Goes into `X-Csrf-Token` with each write. */
  readonly csrfToken: string;
  readonly expiresMs: number;
}

/** An alert without its first detection. */
export interface AlertBrief {
  readonly id: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: Level;
  readonly status: AlertStatus;
  readonly suppressedBy?: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly risk: number;
  readonly entities: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly changedBy?: string;
  readonly note?: string;
}

export interface AlertGroup {
  readonly ruleId: string;
  readonly title: string;
  readonly level: Level;
  readonly alerts: number;
  readonly detections: number;
  readonly lastMs: number;
}

interface TimelinePoint {
  readonly atMs: number;
  readonly level: Level;
  readonly count: number;
}

export interface Timeline {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly points: readonly TimelinePoint[];
}

export interface Ranked {
  readonly value: string;
  readonly count: number;
  readonly lastMs: number;
}

/** How the engine does; rates are of the last second, shares and latencies of the last minute. */
export interface EngineFigures {
  readonly atMs: number;
  readonly eventsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly detectionsPerSecond: number;
  /** From taking a batch in to its detections being stored, in milliseconds; `null` where nothing came. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  /** Share of batches that were refused or failed. */
  readonly errorRatio: number;
  /** Share of lines that are not events. */
  readonly faultRatio: number;
  readonly queue: {
    readonly batches: number;
    readonly bytes: number;
    readonly maxBatches: number;
    readonly maxBytes: number;
  };
  /** Processor time of this process, 1 for one core. */
  readonly cpuRatio: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly pool: {
    readonly size: number;
    readonly inUse: number;
    readonly waiting: number;
    readonly utilisation: number;
  };
  /** Share of reputation look-ups answered from the cache; `null` where there were none. */
  readonly cacheHitRatio: number | null;
  readonly alerts: { readonly open: number; readonly undelivered: number; readonly deadLetters: number };
  readonly totals: { readonly events: number; readonly detections: number; readonly faults: number };
  readonly uptimeMs: number;
  readonly watchers: number;
}

export interface EngineAnswer {
  readonly figures: EngineFigures;
  readonly backend: string;
  readonly version: string;
  readonly store: string;
  readonly rules: number;
  /** One row a second, oldest first; the names of its columns. */
  readonly history: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (number | null)[])[];
  };
}

export interface Overview {
  readonly counts: readonly { readonly level: Level; readonly status: AlertStatus; readonly count: number }[];
  readonly groups: readonly AlertGroup[];
  /** The newest open alerts, which say whom the groups are about. */
  readonly recent: readonly AlertBrief[];
  readonly timeline: Timeline;
  readonly sources: readonly Ranked[];
  readonly hosts: readonly Ranked[];
}

export interface Silence {
  readonly id: string;
  readonly matchers: readonly { readonly label: string; readonly op: string; readonly value: string }[];
  readonly startsMs: number;
  readonly endsMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

export interface AllowEntry {
  readonly kind: 'ip' | 'domain' | 'hash';
  readonly indicator: string;
  /** Why, as whoever added it wrote. */
  readonly comment: string;
  readonly updatedMs: number;
  readonly expiresMs?: number;
}

export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly status: string;
  readonly tags: readonly string[];
  readonly description?: string;
  readonly kind: 'detection' | 'correlation';
  /** Detections in the range asked for. */
  readonly hits: number;
  /** Minute of the last one. */
  readonly lastMs?: number;
  /** Time on one event of those that came of late, alone, in nanoseconds. Absent until measured. */
  readonly costNs?: number;
}

export interface RulesAnswer {
  readonly rules: readonly RuleInfo[];
  readonly correlations: readonly RuleInfo[];
  readonly refused: readonly {
    readonly file: string;
    readonly line?: number;
    readonly code: string;
    readonly message: string;
  }[];
  /** Events that the costs were measured on, and when. */
  readonly cost: { readonly events: number; readonly measuredMs: number } | null;
}

export interface RuleDetail {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly status: string;
  readonly tags: readonly string[];
  readonly description?: string;
  readonly author?: string;
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  /** Its YAML. */
  readonly source?: string;
}

export interface AlertContext {
  readonly matched: readonly { readonly field: string; readonly value: string }[];
  /** The event that opened the alert; absent where it is no longer kept. */
  readonly event?: {
    readonly body: string;
    readonly source?: string;
    readonly line?: number;
    readonly cut: boolean;
  };
  /** Correlations: what was counted, by what. */
  readonly correlation?: { readonly group: Readonly<Record<string, string>>; readonly count: number };
  readonly rule?: RuleDetail;
  /** Detections about each of the alert's entities around its time. */
  readonly timelines: readonly {
    readonly entity: string;
    readonly value: string;
    readonly timeline: Timeline;
  }[];
  /** Other alerts about the same entities, last seen first. */
  readonly related: readonly AlertBrief[];
}

export interface ReputationAnswer {
  readonly indicator: string;
  readonly kind: 'ip' | 'domain' | 'hash';
  readonly score: number;
  readonly confidence: number;
  readonly allowedBy?: string;
  readonly sources: readonly {
    readonly name: string;
    readonly category: string;
    readonly score: number;
    readonly confidence: number;
  }[];
}

export interface ReputationSummary {
  readonly feeds: readonly {
    readonly name: string;
    readonly size: number;
    readonly invalid: number;
    /** 0 where no load has succeeded yet. */
    readonly loadedMs: number;
    readonly expired: boolean;
    /** Loads that failed. */
    readonly failures: number;
    /** Why the last one did. */
    readonly failure?: string;
    readonly nextLoadMs?: number;
  }[];
  /** Addresses that our own detections taught, worst first. */
  readonly learned: readonly {
    readonly indicator: string;
    readonly score: number;
    readonly updatedMs: number;
  }[];
}

export interface AttackAnswer {
  readonly fromMs: number;
  readonly toMs: number;
  /** Detections by technique, e.g. `T1110.001`. */
  readonly techniques: readonly { readonly id: string; readonly count: number; readonly lastMs: number }[];
  /** Techniques that the rules in use look for, with how many rules. */
  readonly covered: readonly { readonly id: string; readonly rules: number }[];
}

/** Events of the stream: `figures`, `alerts` and `reset`, which says that something was missed. */
export interface StreamAlerts {
  readonly alerts: readonly AlertBrief[];
  /** How many more changed than are listed. */
  readonly more: number;
}
