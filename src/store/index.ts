export type { Dialect, PoolFigures, StoreHealth } from './engine.ts';
export { derivedId, uuidv7At } from './id.ts';
export { observePool } from './metrics.ts';
export { Journal, type JournalOptions } from './outbox/journal.ts';
export { SharedJournal, type SharedJournalOptions, type StateLog } from './outbox/shared-journal.ts';
export type { PostgresOptions } from './postgres/engine.ts';
export type { Retention } from './retention.ts';
export {
  type RollupDimension,
  type RollupRange,
  type Rollups,
  rollupDimensions,
  type TimelinePoint,
} from './rollup.ts';
export type { SqliteOptions } from './sqlite/engine.ts';
export { openStore, type Store, type StoreOptions } from './store.ts';
export {
  type AlertCounts,
  type AlertCursor,
  type AlertFilter,
  type AlertGroup,
  type AlertStatus,
  type Alerts,
  alertLevels,
  type StoredAlert,
} from './tables/alerts.ts';
export type { ApiKeys, StoredApiKey } from './tables/api-keys.ts';
export type { Audit, AuditEntry } from './tables/audit.ts';
export type { Events, StoredEvent } from './tables/events.ts';
export type { PutOptions, Records, StoredRecord } from './tables/records.ts';
export type { ReputationEntries, StoredReputation } from './tables/reputation.ts';
export type { Risks, StoredRisk } from './tables/risk.ts';
export type { Rules, StoredRule } from './tables/rules.ts';
export type { Sessions, StoredSession } from './tables/sessions.ts';
export type { NewThreat, Threat, ThreatFilter, ThreatPage, Threats } from './tables/threats.ts';
export { WriteBehind, type WriteBehindFigures, type WriteBehindOptions } from './write-behind.ts';
