import { useEffect, useState } from 'preact/hooks';
import type { RuleInfo, RulesAnswer } from '../../server/api.ts';
import { count, levels, nanos, plural, techniquesOf } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { place, setQuery, to } from '../data/router.ts';
import { range } from '../data/settings.ts';
import { alertsChanged } from '../data/stream.ts';
import { Ago, Choice, Empty, Failed, Loading, Meter, Severity } from '../parts/basics.tsx';
import { type Column, Table } from '../parts/table.tsx';

const shownAtOnce = 200;

/** Rules in use: what each found, and what it costs. */
export function RulesView() {
  const { query } = place.value;
  const [text, setText] = useState('');
  const [limit, setLimit] = useState(shownAtOnce);
  const only = (query.get('only') ?? 'all') as 'all' | 'hits';
  const technique = query.get('technique');
  // Counts change with every detection, costs once a minute: every tenth change is often enough.
  const { data, error, reload } = useResource<RulesAnswer>(
    `/v1/rules?hours=${range.value}`,
    Math.floor(alertsChanged.value / 10),
  );
  useEffect(() => {
    if (!data || data.cost) return undefined;
    // Asking has the costs measured; they are there a moment later.
    const timer = setTimeout(reload, 2_000);
    return () => clearTimeout(timer);
  }, [data]);
  if (error && !data) return <Failed error={error} retry={reload} />;
  if (!data) return <Loading rows={12} />;
  const all = [...data.rules, ...data.correlations];
  const wanted = text.trim().toLowerCase();
  const rows = all.filter(
    (rule) =>
      (only === 'all' || rule.hits > 0) &&
      (technique === null || techniquesOf(rule.tags).some((id) => id.startsWith(technique))) &&
      (wanted === '' || `${rule.title} ${rule.id} ${rule.tags.join(' ')}`.toLowerCase().includes(wanted)),
  );
  const dearest = Math.max(1, ...all.map(({ costNs = 0 }) => costNs));
  return (
    <div class="rules">
      <div class="filters" role="search" aria-label="Filter rules">
        <Choice
          label="Which rules"
          value={only}
          options={[
            ['all', `All ${count(all.length)}`],
            ['hits', `With hits ${count(all.filter(({ hits }) => hits > 0).length)}`],
          ]}
          onChange={(next) => setQuery({ only: next === 'all' ? undefined : next })}
        />
        <input
          class="search"
          type="search"
          aria-label="Title, id or tag"
          placeholder="Title, id or tag"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        {technique ? (
          <button type="button" class="button plain" onClick={() => setQuery({ technique: undefined })}>
            {technique} ×
          </button>
        ) : null}
        <span class="note">
          {data.cost
            ? `Cost: each rule alone on ${plural(data.cost.events, 'event')} of late. In the engine rules share their work.`
            : 'Costs are measured once events have come in.'}
        </span>
      </div>
      {data.refused.length > 0 ? (
        <details class="refused">
          <summary>{plural(data.refused.length, 'rule')} could not be used</summary>
          <ul>
            {data.refused.map(({ file, line, message }) => (
              <li key={`${file}:${line}:${message}`}>
                <code>
                  {file}
                  {line === undefined ? '' : `:${line}`}
                </code>{' '}
                {message}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {rows.length === 0 ? (
        <Empty title="No rule fits">Take a filter off to see more.</Empty>
      ) : (
        <Table
          caption="Rules"
          sortBy="Hits"
          rows={rows.slice(0, limit)}
          keyOf={({ id, kind }) => `${kind} ${id}`}
          columns={columnsOf(dearest)}
        />
      )}
      {rows.length > limit ? (
        <div class="more">
          <button type="button" class="button plain" onClick={() => setLimit(limit + 1_000)}>
            Show more of {count(rows.length)}
          </button>
        </div>
      ) : null}
    </div>
  );
}

const columnsOf = (dearest: number): Column<RuleInfo>[] => [
  {
    name: 'Level',
    cell: ({ level }) => <Severity level={level} />,
    sort: ({ level }) => levels.length - levels.indexOf(level),
  },
  {
    name: 'Rule',
    sort: ({ title }) => title,
    cell: ({ id, title, kind }) => (
      <>
        <a href={to(['rules', id])}>{title}</a>
        {kind === 'correlation' ? <small class="note"> correlation</small> : null}
      </>
    ),
  },
  { name: 'Techniques', wide: true, cell: ({ tags }) => techniquesOf(tags).join(', ') },
  { name: 'Status', wide: true, cell: ({ status }) => status, sort: ({ status }) => status },
  {
    name: 'Hits',
    numeric: true,
    sort: ({ hits }) => hits,
    cell: ({ id, hits }) =>
      hits > 0 ? (
        <a href={to(['alerts'], { rule: id, status: 'all' })}>{count(hits)}</a>
      ) : (
        <span class="note">0</span>
      ),
  },
  {
    name: 'Last hit',
    numeric: true,
    wide: true,
    sort: ({ lastMs = 0 }) => lastMs,
    cell: ({ lastMs }) => (lastMs === undefined ? '' : <Ago ms={lastMs} />),
  },
  {
    name: 'Cost an event',
    numeric: true,
    sort: ({ costNs = -1 }) => costNs,
    cell: ({ costNs }) =>
      costNs === undefined ? (
        <span class="note">–</span>
      ) : (
        <span class="cost">
          <Meter share={costNs / dearest} />
          <span>{nanos(costNs)}</span>
        </span>
      ),
  },
];
