import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What rows are sorted by; without it the column cannot be. */
  readonly sort?: (row: Row) => number | string;
  readonly numeric?: boolean;
  /** Left out where there is little room. */
  readonly wide?: boolean;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Column sorted by at first, falling. */
  readonly sortBy?: string;
}

/** A table whose columns sort; on narrow screens each row becomes a card. */
export function Table<Row>({ caption, columns, rows, keyOf, sortBy }: TableProps<Row>) {
  const [order, setOrder] = useState({ name: sortBy, falling: true });
  const by = columns.find(({ name }) => name === order.name)?.sort;
  const sorted = by ? rows.toSorted((a, b) => compare(by(a), by(b)) * (order.falling ? -1 : 1)) : rows;
  return (
    <div class="scroll">
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, sort, numeric, wide }) => (
              <th
                key={name}
                scope="col"
                class={classOf(numeric, wide)}
                aria-sort={
                  sort && order.name === name ? (order.falling ? 'descending' : 'ascending') : undefined
                }
              >
                {sort ? (
                  <button
                    type="button"
                    class="sort"
                    onClick={() => setOrder({ name, falling: order.name === name ? !order.falling : true })}
                  >
                    {name}
                    <Icon name="chevron" />
                  </button>
                ) : (
                  name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)} data-row>
              {columns.map(({ name, cell, numeric, wide }) => (
                <td key={name} data-name={name} class={classOf(numeric, wide)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const classOf = (numeric: boolean | undefined, wide: boolean | undefined) =>
  [numeric ? 'number' : '', wide ? 'wide' : ''].join(' ').trim() || undefined;

const compare = (a: number | string, b: number | string) =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
