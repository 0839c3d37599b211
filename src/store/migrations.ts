import type { Dialect } from './engine.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Statements in the subset that both databases understand; `$seq` is the dialect's own counter column. */
  readonly statements: readonly string[];
}

/** The counter column: monotonic, never reused. */
export const sequenceColumn: Record<Dialect, string> = {
  sqlite: 'integer primary key autoincrement',
  postgresql: 'bigint generated always as identity primary key',
};

/** In order. A landed migration is never edited; a change of mind is a new one. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'threats, alerts and events',
    statements: [
      `create table threats (
        seq $seq, id text not null unique, event_id text, kind text not null, rule_id text not null,
        title text not null, level text not null, tags text not null, matched text not null,
        entities text not null, host text, user_name text, source_ip text, source text, line bigint,
        correlation text, alert_id text, time_ms bigint not null, stored_ms bigint not null)`,
      'create index threats_by_time on threats (time_ms)',
      `create table threat_minutes (
        minute_ms bigint not null, dimension text not null, value text not null, level text not null,
        count bigint not null, primary key (dimension, minute_ms, value, level))`,
      `create table rollup_state (
        name text not null primary key, done_seq bigint not null, upto_seq bigint not null,
        bound_seq bigint not null)`,
      `insert into rollup_state (name, done_seq, upto_seq, bound_seq) values ('threat_minutes', 0, 0, 0)`,
      `create table alerts (
        id text not null primary key, fingerprint text not null, group_key text not null, kind text not null,
        rule_id text not null, title text not null, level text not null, severity integer not null,
        status text not null, suppressed_by text, count bigint not null, first_ms bigint not null,
        last_ms bigint not null, risk double precision not null, host text, user_name text, source_ip text,
        entities text not null, tags text not null, sample text not null, changed_by text, note text,
        updated_ms bigint not null, version bigint not null)`,
      'create index alerts_by_status on alerts (status, last_ms)',
      'create index alerts_by_last on alerts (last_ms)',
      'create index alerts_by_severity on alerts (status, severity)',
      `create table events (
        id text not null primary key, source text, line bigint, time_ms bigint not null, body text not null)`,
      'create index events_by_time on events (time_ms)',
    ],
  },
  {
    version: 2,
    name: 'sessions, keys and records',
    statements: [
      `create table sessions (
        token_hash text not null primary key, id text not null unique, user_id text not null,
        created_ms bigint not null, last_seen_ms bigint not null, idle_expires_ms bigint not null,
        expires_ms bigint not null, data text not null)`,
      'create index sessions_by_user on sessions (user_id)',
      `create table api_keys (
        id text not null primary key, key_hash text not null unique, owner_id text not null,
        name text not null, scopes text not null, created_ms bigint not null, expires_ms bigint,
        last_used_ms bigint, revoked_ms bigint, data text not null)`,
      'create index api_keys_by_owner on api_keys (owner_id)',
      `create table records (
        collection text not null, key text not null, value text not null, version bigint not null,
        updated_ms bigint not null, expires_ms bigint, primary key (collection, key))`,
      'create index records_by_expiry on records (expires_ms)',
      `create table audit (
        id text not null primary key, time_ms bigint not null, actor text not null, action text not null,
        target text not null, detail text not null)`,
      'create index audit_by_time on audit (time_ms)',
    ],
  },
  {
    version: 3,
    name: 'rules, reputation and risk',
    statements: [
      `create table rules (
        id text not null primary key, title text not null, level text not null, status text not null,
        enabled integer not null, tags text not null, source text not null, digest text not null,
        updated_ms bigint not null)`,
      `create table reputation (
        kind text not null, indicator text not null, origin text not null, score double precision not null,
        confidence double precision not null, category text not null, updated_ms bigint not null,
        expires_ms bigint, primary key (kind, indicator, origin))`,
      `create table entity_risk (
        entity text not null primary key, score double precision not null, updated_ms bigint not null)`,
    ],
  },
  {
    version: 4,
    name: 'alerts by group, rule and entity; counts by value',
    statements: [
      'drop index alerts_by_severity',
      'create index alerts_by_severity on alerts (status, severity, last_ms)',
      // Holds all that grouping asks for, so that a million open alerts are grouped without reading their rows.
      'create index alerts_by_group on alerts (status, rule_id, severity, last_ms, count)',
      'create index alerts_by_rule on alerts (rule_id, last_ms)',
      'create index alerts_by_host on alerts (host, last_ms) where host is not null',
      'create index alerts_by_user on alerts (user_name, last_ms) where user_name is not null',
      'create index alerts_by_source_ip on alerts (source_ip, last_ms) where source_ip is not null',
      'create index threat_minutes_by_value on threat_minutes (dimension, value, minute_ms)',
    ],
  },
];
