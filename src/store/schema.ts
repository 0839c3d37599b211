import type { Generated } from 'kysely';

/** The tables as Kysely sees them. `json` columns hold JSON text; `_ms` are milliseconds since the epoch. */
export interface Schema {
  readonly threats: ThreatTable;
  readonly threat_minutes: ThreatMinuteTable;
  readonly alerts: AlertTable;
  readonly events: EventTable;
  readonly rules: RuleTable;
  readonly reputation: ReputationTable;
  readonly entity_risk: EntityRiskTable;
  readonly sessions: SessionTable;
  readonly api_keys: ApiKeyTable;
  readonly records: RecordTable;
  readonly audit: AuditTable;
  readonly rollup_state: RollupStateTable;
  readonly schema_migrations: MigrationTable;
}

export interface ThreatTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly event_id: string | null;
  readonly kind: string;
  readonly rule_id: string;
  readonly title: string;
  readonly level: string;
  readonly tags: string;
  readonly matched: string;
  readonly entities: string;
  readonly host: string | null;
  readonly user_name: string | null;
  readonly source_ip: string | null;
  readonly source: string | null;
  readonly line: number | null;
  readonly correlation: string | null;
  readonly alert_id: string | null;
  readonly time_ms: number;
  readonly stored_ms: number;
}

interface ThreatMinuteTable {
  readonly minute_ms: number;
  readonly dimension: string;
  readonly value: string;
  readonly level: string;
  readonly count: number;
}

export interface AlertTable {
  readonly id: string;
  readonly fingerprint: string;
  readonly group_key: string;
  readonly kind: string;
  readonly rule_id: string;
  readonly title: string;
  readonly level: string;
  readonly severity: number;
  readonly status: string;
  readonly suppressed_by: string | null;
  readonly count: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly risk: number;
  readonly host: string | null;
  readonly user_name: string | null;
  readonly source_ip: string | null;
  readonly entities: string;
  readonly tags: string;
  readonly sample: string;
  readonly changed_by: string | null;
  readonly note: string | null;
  readonly updated_ms: number;
  readonly version: number;
}

interface EventTable {
  readonly id: string;
  readonly source: string | null;
  readonly line: number | null;
  readonly time_ms: number;
  readonly body: string;
}

export interface RuleTable {
  readonly id: string;
  readonly title: string;
  readonly level: string;
  readonly status: string;
  readonly enabled: number;
  readonly tags: string;
  readonly source: string;
  readonly digest: string;
  readonly updated_ms: number;
}

export interface ReputationTable {
  readonly kind: string;
  readonly indicator: string;
  readonly origin: string;
  readonly score: number;
  readonly confidence: number;
  readonly category: string;
  readonly updated_ms: number;
  readonly expires_ms: number | null;
}

interface EntityRiskTable {
  readonly entity: string;
  readonly score: number;
  readonly updated_ms: number;
}

export interface SessionTable {
  readonly token_hash: string;
  readonly id: string;
  readonly user_id: string;
  readonly created_ms: number;
  readonly last_seen_ms: number;
  readonly idle_expires_ms: number;
  readonly expires_ms: number;
  readonly data: string;
}

export interface ApiKeyTable {
  readonly id: string;
  readonly key_hash: string;
  readonly owner_id: string;
  readonly name: string;
  readonly scopes: string;
  readonly created_ms: number;
  readonly expires_ms: number | null;
  readonly last_used_ms: number | null;
  readonly revoked_ms: number | null;
  readonly data: string;
}

export interface RecordTable {
  readonly collection: string;
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly updated_ms: number;
  readonly expires_ms: number | null;
}

interface AuditTable {
  readonly id: string;
  readonly time_ms: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
}

interface RollupStateTable {
  readonly name: string;
  readonly done_seq: number;
  readonly upto_seq: number;
  readonly bound_seq: number;
}

interface MigrationTable {
  readonly version: number;
  readonly name: string;
  readonly applied_ms: number;
}
