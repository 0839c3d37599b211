import { sql } from 'kysely';
import { invalidArgument } from '../errors.ts';
import { indexed, indexedSql } from './clean.ts';
import type { Dialect } from './engine.ts';
import type { Queries } from './query.ts';
import type { Statement } from './statement.ts';

/** What threats are counted by. `all` counts each once under the value ''. */
export const rollupDimensions = ['all', 'rule', 'kind', 'host', 'user', 'source.ip', 'tag'] as const;
/** What counts are kept by. */
export type RollupDimension = (typeof rollupDimensions)[number];

/** A span of time, in milliseconds since the epoch. */
export interface RollupRange {
  /** Inclusive; counted by whole minutes. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly levels?: readonly string[];
}

/** One step of a timeline and what fell into it. */
export interface TimelinePoint {
  readonly atMs: number;
  readonly level: string;
  readonly count: number;
}

/** Counts of threats by minute, so that a dashboard never groups the raw rows. */
export interface Rollups {
  /** The most frequent values of a dimension, each with the minute in which it came last. */
  top(
    dimension: RollupDimension,
    range: RollupRange,
    limit?: number,
  ): Promise<{ value: string; count: number; lastMs: number }[]>;
  /** Counts by level in steps of `stepMs`, a whole number of minutes; steps without threats are left out. */
  timeline(
    range: RollupRange & {
      readonly stepMs: number;
      readonly dimension?: RollupDimension;
      readonly value?: string;
    },
  ): Promise<TimelinePoint[]>;
  /** Counts what was stored since the last time. The queries do so by themselves. */
  rollUp(): Promise<void>;
}

const minuteMs = 60_000;
/** Rows counted in one transaction: bounds how long the writer is held. */
const chunkRows = 20_000;

/** Both keys of PostgreSQL's advisory lock: inserts share it, the roll-up takes it alone for a moment. */
export const rollupLock = '1464814662, hashtext(current_schema())';

export function rollupTable(queries: Queries): Rollups {
  const { build, engine } = queries;
  let running: Promise<void> | undefined;

  const rollUp = async (): Promise<void> => {
    await engine.transaction(boundStatements(engine.dialect));
    for (;;) {
      const results = await engine.transaction(countStatements(engine.dialect));
      const state = results.at(-1)?.rows[0];
      if (!state || Number(state.done_seq) >= Number(state.bound_seq)) return;
    }
  };

  /** One at a time; a caller that comes meanwhile waits for a run that began after it came. */
  const upToDate = async (): Promise<void> => {
    if (running) await running.catch(() => {});
    running ??= rollUp().finally(() => {
      running = undefined;
    });
    await running;
  };

  const ranged = (dimension: RollupDimension, { fromMs, toMs, levels }: RollupRange) => {
    const query = build
      .selectFrom('threat_minutes')
      .where('dimension', '=', dimension)
      .where('minute_ms', '>=', Math.floor(fromMs / minuteMs) * minuteMs)
      .where('minute_ms', '<', toMs);
    return levels ? query.where('level', 'in', levels) : query;
  };

  return {
    async top(dimension, range, limit = 10) {
      await upToDate();
      const rows = await queries.rows(
        ranged(dimension, range)
          .select(({ fn }) => [
            'value',
            fn.sum<number>('count').as('count'),
            fn.max('minute_ms').as('last_ms'),
          ])
          .groupBy('value')
          .orderBy('count', 'desc')
          .orderBy('value')
          .limit(limit),
      );
      return rows.map(({ value, count, last_ms }) => ({
        value,
        count: Number(count),
        lastMs: Number(last_ms),
      }));
    },
    async timeline({ stepMs, dimension = 'all', value, ...range }) {
      if (!(stepMs >= minuteMs) || stepMs % minuteMs !== 0) {
        throw invalidArgument('stepMs', 'a whole number of minutes, in milliseconds');
      }
      await upToDate();
      // The step is a checked number, written out so that both grouping expressions are the same text.
      const step = sql<number>`(minute_ms / ${sql.lit(stepMs)}) * ${sql.lit(stepMs)}`;
      let query = ranged(dimension, range)
        .select(({ fn }) => [step.as('atMs'), 'level', fn.sum<number>('count').as('count')])
        .groupBy([step, 'level'])
        .orderBy('atMs')
        .orderBy('level');
      if (value !== undefined) query = query.where('value', '=', indexed(value));
      const rows = await queries.rows(query);
      return rows.map(({ atMs, level, count }) => ({ atMs: Number(atMs), level, count: Number(count) }));
    },
    rollUp: upToDate,
  };
}

const plain = (text: string): Statement => ({ sql: text, parameters: [] });
const own = "name = 'threat_minutes'";

/** Fixes how far to count. Numbers up to there are all committed, since inserts hold the lock until they are. */
function boundStatements(dialect: Dialect): Statement[] {
  const lock = dialect === 'postgresql' ? [plain(`select pg_advisory_xact_lock(${rollupLock})`)] : [];
  return [
    ...lock,
    plain(`update rollup_state set bound_seq = (select coalesce(max(seq), 0) from threats) where ${own}`),
  ];
}

/** Counts the next chunk. The first statement holds the state's row, so that two processes take turns. */
function countStatements(dialect: Dialect): Statement[] {
  const chunk = `case when bound_seq > done_seq + ${chunkRows} then done_seq + ${chunkRows}
    when bound_seq > done_seq then bound_seq else done_seq end`;
  return [
    plain(`update rollup_state set upto_seq = ${chunk} where ${own}`),
    ...rollupDimensions.map((dimension) => countStatement(dimension, dialect)),
    plain(`update rollup_state set done_seq = upto_seq where ${own} returning done_seq, bound_seq`),
  ];
}

function countStatement(dimension: RollupDimension, dialect: Dialect): Statement {
  const { value, from, where = 'true' } = sources(dialect)[dimension];
  return plain(`insert into threat_minutes (dimension, minute_ms, value, level, count)
    select '${dimension}', (time_ms / ${minuteMs}) * ${minuteMs} as minute, ${indexedSql(value)} as val, level, count(*)
    from ${from}
    where seq > (select done_seq from rollup_state where ${own})
      and seq <= (select upto_seq from rollup_state where ${own}) and ${where}
    group by minute, val, level
    on conflict (dimension, minute_ms, value, level)
    do update set count = threat_minutes.count + excluded.count`);
}

interface Source {
  readonly value: string;
  readonly from: string;
  readonly where?: string;
}

function sources(dialect: Dialect): Record<RollupDimension, Source> {
  const column = (name: string): Source => ({ value: name, from: 'threats', where: `${name} is not null` });
  return {
    all: { value: "''", from: 'threats' },
    rule: column('rule_id'),
    kind: column('kind'),
    host: column('host'),
    user: column('user_name'),
    'source.ip': column('source_ip'),
    tag:
      dialect === 'sqlite'
        ? { value: 'tag.value', from: 'threats, json_each(threats.tags) as tag' }
        : {
            value: 'tag.value collate "C"',
            from: 'threats cross join lateral json_array_elements_text(threats.tags::json) as tag(value)',
          },
  };
}
