import {
  conflictClause,
  type RowInsert,
  type RowUpdate,
  type SqlValue,
  type Statement,
} from '../statement.ts';

/** Inserts a batch as one statement: one array a column, unnested by the server. */
export function unnestInsert({ target, values }: RowInsert, lock: string): Statement {
  const { table, columns, rolledUp } = target;
  const names = columns.map(([name]) => name).join(', ');
  const [withLock, crossLock] = rolledUp
    ? // The cross join makes the lock come before any number is drawn for `seq`.
      [`with held as materialized (select pg_advisory_xact_lock_shared(${lock})) `, ' cross join held']
    : ['', ''];
  return {
    sql: `${withLock}insert into ${table} (${names}) select ${columns.map(([name]) => `row.${name}`).join(', ')}
      from ${unnested(columns)}${crossLock} ${conflictClause(target)}`,
    parameters: arrays(values, columns.length),
  };
}

/** Updates a batch as one statement that gives the keys it did not update. */
export function unnestUpdate({ target, values }: RowUpdate): Statement {
  const { table, columns, newer } = target;
  const [[key], ...others] = columns;
  const set = others.map(([name]) => `${name} = given.${name}`).join(', ');
  return {
    sql: `with given as materialized (select * from ${unnested(columns)}),
      done as (update ${table} set ${set} from given
        where ${table}.${key} = given.${key} and ${table}.${newer} <= given.${newer} returning given.${key})
      select ${key} as key from given where ${key} not in (select ${key} from done)`,
    parameters: arrays(values, columns.length),
  };
}

type Columns = RowInsert['target']['columns'];

function unnested(columns: Columns): string {
  const parameters = columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ');
  return `unnest(${parameters}) as row (${columns.map(([name]) => name).join(', ')})`;
}

const arrays = (values: readonly SqlValue[], width: number) =>
  Array.from({ length: width }, (_, at) => arrayLiteral(values, at, width));

/** Every `width`-th value from `from` on, as PostgreSQL's array text (documentation, section 8.15.6). */
function arrayLiteral(values: readonly SqlValue[], from: number, width: number): string {
  let text = '{';
  for (let at = from; at < values.length; at += width) {
    if (at !== from) text += ',';
    const value = values[at] as SqlValue;
    if (value === null) text += 'NULL';
    else if (typeof value === 'number') text += value;
    else text += quoted(value);
  }
  return `${text}}`;
}

const special = /["\\]/;

function quoted(value: string): string {
  if (!special.test(value)) return `"${value}"`;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
