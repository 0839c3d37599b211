import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlertBrief, Level } from '../../server/api.ts';
import { change } from '../data/actions.ts';
import { withQuery } from '../data/api.ts';
import { levelName, levels, plural } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { place, setQuery, to } from '../data/router.ts';
import { mayWrite } from '../data/session.ts';
import { alertsChanged } from '../data/stream.ts';
import { Actions, addressOf, Entities, labelsOfAlert, times } from '../parts/alert-row.tsx';
import { Ago, Button, Chip, Choice, Empty, Failed, Loading, Severity, Status } from '../parts/basics.tsx';

const pageSize = 50;
/** Pages that are kept up to date together: beyond, the list would be asked for in too large pieces. */
const maxShown = 1_000;
const statuses = ['open', 'acknowledged', 'resolved', 'all'] as const;
type Wanted = (typeof statuses)[number];

interface Page {
  readonly alerts: readonly AlertBrief[];
  readonly next?: string;
}

/** The query of the page as that of the API. */
function apiQuery(query: URLSearchParams) {
  const status = (query.get('status') ?? 'open') as Wanted;
  return {
    status: status === 'all' ? undefined : status,
    level: query
      .getAll('level')
      .flatMap((list) => list.split(','))
      .filter(Boolean),
    rule: query.get('rule') ?? undefined,
    text: query.get('text') ?? undefined,
    host: query.get('host') ?? undefined,
    user: query.get('user') ?? undefined,
    sourceIp: query.get('source') ?? undefined,
  };
}

/** Alerts by filters, last seen first, live. */
export function AlertsView() {
  const { query } = place.value;
  const filter = apiQuery(query);
  const key = withQuery('', filter);
  const { page, error, loading, more, reload } = useAlerts(filter, key);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => setChosen(new Set()), [key]);
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const changeChosen = async (action: 'acknowledge' | 'resolve') => {
    if (await change(action, [...chosen])) setChosen(new Set());
  };
  return (
    <div class="alerts">
      <Filters />
      {error ? <Failed error={error} retry={reload} /> : null}
      {chosen.size > 0 ? (
        <div class="chosen" role="status">
          <span>{plural(chosen.size, 'alert')} chosen</span>
          <Button kind="primary" icon="check" onClick={() => void changeChosen('acknowledge')}>
            Acknowledge
          </Button>
          <Button onClick={() => void changeChosen('resolve')}>Resolve</Button>
          <Button kind="quiet" onClick={() => setChosen(new Set())}>
            Clear
          </Button>
        </div>
      ) : null}
      {page ? (
        page.alerts.length === 0 ? (
          <Empty title="No alert fits">
            {key === '?status=open'
              ? 'Nothing is open. New alerts appear here by themselves.'
              : 'Take a filter off to see more.'}
          </Empty>
        ) : (
          <ul class="alert-list" aria-label="Alerts">
            {page.alerts.map((alert) => (
              <Row key={alert.id} alert={alert} chosen={chosen.has(alert.id)} choose={choose} />
            ))}
          </ul>
        )
      ) : error ? null : (
        <Loading rows={8} />
      )}
      {page?.next ? (
        <div class="more">
          <Button disabled={loading} onClick={more}>
            {loading ? 'Loading' : 'Show more'}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Row({
  alert,
  chosen,
  choose,
}: {
  alert: AlertBrief;
  chosen: boolean;
  choose: (id: string, on: boolean) => void;
}) {
  const { id, title, level, status, suppressedBy, count, lastMs, entities } = alert;
  return (
    <li class={`alert ${level}`} data-row>
      {mayWrite.value ? (
        <input
          type="checkbox"
          aria-label={`Choose: ${title}`}
          checked={chosen}
          disabled={status === 'resolved'}
          onChange={({ currentTarget }) => choose(id, currentTarget.checked)}
        />
      ) : null}
      <Severity level={level} />
      <div class="alert-title">
        <a href={to(['alerts', id])}>{title}</a>
        <Entities entities={entities} />
      </div>
      <Status status={status} suppressedBy={suppressedBy} />
      <span class="alert-count">{times(count)}</span>
      <span class="alert-time">
        <Ago ms={lastMs} />
      </span>
      <Actions
        title={title}
        acknowledge={() => void change('acknowledge', [id])}
        acknowledged={status !== 'open'}
        labels={labelsOfAlert(alert)}
        address={addressOf(entities)}
      />
    </li>
  );
}

function Filters() {
  const { query } = place.value;
  const status = (query.get('status') ?? 'open') as Wanted;
  const chosenLevels = new Set(query.get('level')?.split(',').filter(Boolean) ?? []);
  const toggle = (level: Level) => {
    const next = levels.filter((one) => (one === level) !== chosenLevels.has(one));
    setQuery({ level: next.join(',') });
  };
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter alerts"
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice
        label="Status"
        value={status}
        options={statuses.map((one) => [one, one[0]?.toUpperCase() + one.slice(1)] as const)}
        onChange={(next) => setQuery({ status: next === 'open' ? undefined : next })}
      />
      <fieldset class="levels">
        <legend class="hidden">Levels</legend>
        {levels.map((level) => (
          <label key={level} class={`level ${level}`}>
            <input type="checkbox" checked={chosenLevels.has(level)} onChange={() => toggle(level)} />
            <span>{levelName(level)}</span>
          </label>
        ))}
      </fieldset>
      <Late name="text" label="Title" placeholder="Title" />
      <Late name="host" label="Host" placeholder="Host" />
      <Late name="user" label="User" placeholder="User" />
      <Late name="source" label="Source address" placeholder="Source address" />
      {query.get('rule') ? (
        <Chip>
          <small>rule</small> {query.get('rule')}
          <Button kind="quiet" icon="close" label="Any rule" onClick={() => setQuery({ rule: undefined })} />
        </Chip>
      ) : null}
    </form>
  );
}

/** A field whose value counts once the typing stops. */
function Late({ name, label, placeholder }: { name: string; label: string; placeholder: string }) {
  const given = place.value.query.get(name) ?? '';
  const [text, setText] = useState(given);
  const before = useRef(given);
  useEffect(() => {
    // Not when the field appears: what was typed since would be lost.
    if (before.current !== given) setText(given);
    before.current = given;
  }, [given]);
  useEffect(() => {
    if (text === given) return undefined;
    const timer = setTimeout(() => setQuery({ [name]: text.trim() }), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      spellcheck={false}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
    />
  );
}

/** Pages of alerts, all of them kept up to date as alerts change. */
function useAlerts(filter: ReturnType<typeof apiQuery>, key: string) {
  const [size, setSize] = useState(pageSize);
  useEffect(() => setSize(pageSize), [key]);
  const path = withQuery('/v1/alerts', { ...filter, limit: size });
  const { data, error, reload } = useResource<Page>(path, alertsChanged.value);
  const page = data && size >= maxShown ? { alerts: data.alerts } : data;
  return {
    page,
    error,
    loading: page?.next !== undefined && page.alerts.length < size,
    more: () => setSize((before) => Math.min(maxShown, before * 2)),
    reload,
  };
}
