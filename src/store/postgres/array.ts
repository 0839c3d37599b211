import { conflictClause, type RowInsert, type SqlValue, type Statement } from '../statement.ts';

/** Inserts a batch as one statement: one array a column, unnested by the server. */
export function unnestStatement({ target, values }: RowInsert, lock: string): Statement {
  const { table, columns, rolledUp } = target;
  const names = columns.map(([name]) => name).join(', ');
  const arrays = columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ');
  const [withLock, crossLock] = rolledUp
    ? // The cross join makes the lock come before any number is drawn for `seq`.
      [`with held as materialized (select pg_advisory_xact_lock_shared(${lock})) `, ' cross join held']
    : ['', ''];
  return {
    sql: `${withLock}insert into ${table} (${names}) select ${columns.map(([name]) => `row.${name}`).join(', ')}
      from unnest(${arrays}) as row (${names})${crossLock} ${conflictClause(target)}`,
    parameters: columns.map((_, at) => arrayLiteral(values, at, columns.length)),
  };
}

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
