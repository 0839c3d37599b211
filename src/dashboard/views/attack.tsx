import { useState } from 'preact/hooks';
import type { AttackAnswer } from '../../server/api.ts';
import { isPlaced, parentOf, tactics, techniqueName, techniqueUrl } from '../data/attack.ts';
import { compact, count, plural } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { place, setQuery, to } from '../data/router.ts';
import { range } from '../data/settings.ts';
import { alertsChanged } from '../data/stream.ts';
import { Ago, Button, Choice, Empty, Failed, Loading, Panel } from '../parts/basics.tsx';
import { Table } from '../parts/table.tsx';

interface Cell {
  readonly id: string;
  count: number;
  rules: number;
  lastMs: number;
  readonly parts: { readonly id: string; readonly count: number; readonly rules: number }[];
}

/** Where on the map of attackers' techniques detections fell, and where rules look. */
export function AttackView() {
  const { data, error, reload } = useResource<AttackAnswer>(
    `/v1/attack?hours=${range.value}`,
    Math.floor(alertsChanged.value / 3),
  );
  const [shown, setShown] = useState<'covered' | 'all'>('covered');
  const [form, setForm] = useState<'map' | 'table'>('map');
  if (error && !data) return <Failed error={error} retry={reload} />;
  if (!data) return <Loading rows={12} />;
  const cells = cellsOf(data);
  const most = Math.max(1, ...[...cells.values()].map((cell) => cell.count));
  const chosen = place.value.query.get('technique') ?? '';
  const others = [...cells.keys()].filter((id) => !isPlaced(id));
  const columns = others.length > 0 ? [...tactics, { name: 'Other', techniques: others }] : tactics;
  const hit = [...cells.values()].filter((cell) => cell.count > 0);
  return (
    <div class="attack">
      <div class="filters">
        <Choice
          label="Techniques"
          value={shown}
          options={[
            ['covered', 'Looked for'],
            ['all', 'All'],
          ]}
          onChange={setShown}
        />
        <Choice
          label="Form"
          value={form}
          options={[
            ['map', 'Map'],
            ['table', 'Table'],
          ]}
          onChange={setForm}
        />
        <Scale most={most} />
        <span class="note">
          {plural(hit.length, 'technique')} seen, rules look for {count(cells.size)}
        </span>
      </div>
      {chosen !== '' ? <Detail id={chosen} cell={cells.get(chosen)} /> : null}
      {form === 'table' ? (
        hit.length === 0 ? (
          <Empty title="No technique was seen">No detection in this time carries an ATT&CK tag.</Empty>
        ) : (
          <Table
            caption="Detections by technique"
            sortBy="Detections"
            rows={hit}
            keyOf={({ id }) => id}
            columns={[
              {
                name: 'Technique',
                sort: ({ id }) => id,
                cell: ({ id }) => <a href={to(['attack'], { technique: id })}>{id}</a>,
              },
              { name: 'Name', sort: ({ id }) => techniqueName(id), cell: ({ id }) => techniqueName(id) },
              {
                name: 'Detections',
                numeric: true,
                sort: (cell) => cell.count,
                cell: (cell) => count(cell.count),
              },
              {
                name: 'Rules',
                numeric: true,
                wide: true,
                sort: ({ rules }) => rules,
                cell: ({ rules }) => count(rules),
              },
              {
                name: 'Last',
                numeric: true,
                wide: true,
                sort: ({ lastMs }) => lastMs,
                cell: ({ lastMs }) => <Ago ms={lastMs} />,
              },
            ]}
          />
        )
      ) : (
        <div class="matrix" role="group" aria-label="Techniques by tactic" tabIndex={0}>
          {columns.map(({ name, techniques }) => {
            const ids = techniques.filter((id) => shown === 'all' || cells.has(id));
            return (
              <section key={name} aria-label={name} class={ids.length === 0 ? 'bare' : undefined}>
                <h2>
                  {name} <small>{ids.length > 0 ? ids.length : ''}</small>
                </h2>
                <ul>
                  {ids.map((id) => (
                    <li key={id}>
                      <TechniqueCell id={id} cell={cells.get(id)} most={most} chosen={chosen === id} />
                    </li>
                  ))}
                  {ids.length === 0 ? <li class="note">no rule looks here</li> : null}
                </ul>
              </section>
            );
          })}
        </div>
      )}
    </div>
  );
}

/** Techniques with what their sub-techniques add up to. */
function cellsOf({ techniques, covered }: AttackAnswer): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const cell = (id: string) => {
    const parent = parentOf(id);
    const known = cells.get(parent) ?? { id: parent, count: 0, rules: 0, lastMs: 0, parts: [] };
    cells.set(parent, known);
    return known;
  };
  const counts = new Map(techniques.map((one) => [one.id, one]));
  const rules = new Map(covered.map((one) => [one.id, one.rules]));
  for (const id of [...new Set([...counts.keys(), ...rules.keys()])].sort()) {
    const into = cell(id);
    const found = counts.get(id);
    into.count += found?.count ?? 0;
    into.rules += rules.get(id) ?? 0;
    into.lastMs = Math.max(into.lastMs, found?.lastMs ?? 0);
    into.parts.push({ id, count: found?.count ?? 0, rules: rules.get(id) ?? 0 });
  }
  return cells;
}

const steps = 5;
/** 0 for none, then by orders of magnitude below the most. */
const heat = (amount: number, most: number) =>
  amount === 0 ? 0 : Math.max(1, Math.min(steps, Math.ceil((Math.log1p(amount) / Math.log1p(most)) * steps)));

function TechniqueCell({
  id,
  cell,
  most,
  chosen,
}: {
  id: string;
  cell: Cell | undefined;
  most: number;
  chosen: boolean;
}) {
  const amount = cell?.count ?? 0;
  return (
    <button
      type="button"
      class={`technique-cell heat-${heat(amount, most)}${cell ? '' : ' uncovered'}`}
      aria-pressed={chosen}
      onClick={() => setQuery({ technique: chosen ? undefined : id })}
    >
      <small>{id}</small>
      <span>{techniqueName(id).replaceAll('/', '/\u200b')}</span>
      <b>{amount > 0 ? compact(amount) : ''}</b>
    </button>
  );
}

const Scale = ({ most }: { most: number }) => (
  <span class="scale" aria-hidden="true">
    0
    {Array.from({ length: steps + 1 }, (_, step) => (
      <i key={step} class={`heat-${step}`} />
    ))}
    {compact(most)}
  </span>
);

function Detail({ id, cell }: { id: string; cell: Cell | undefined }) {
  return (
    <Panel
      title={`${id} ${techniqueName(id)}`}
      actions={
        <Button kind="quiet" icon="close" label="Close" onClick={() => setQuery({ technique: undefined })} />
      }
    >
      <p class="note">
        {cell
          ? `${plural(cell.count, 'detection')}, ${plural(cell.rules, 'rule')} in use`
          : 'No rule in use looks for it.'}{' '}
        {cell ? <a href={to(['rules'], { technique: id })}>Rules for it</a> : null}
        {cell ? ' · ' : ''}
        <a href={techniqueUrl(id)} target="_blank" rel="noreferrer">
          At MITRE
        </a>
      </p>
      {cell && cell.parts.length > 1 ? (
        <ul class="techniques">
          {cell.parts.map((part) => (
            <li key={part.id}>
              <b>{part.id}</b> {plural(part.count, 'detection')}, {plural(part.rules, 'rule')}
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}
