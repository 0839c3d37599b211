import { useState } from 'preact/hooks';
import type { AlertBrief, AlertContext } from '../../server/api.ts';
import { change } from '../data/actions.ts';
import { parentOf, techniqueName } from '../data/attack.ts';
import { count, entityName, fullTime, spanOf, techniquesOf } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { to } from '../data/router.ts';
import { mayWrite } from '../data/session.ts';
import { alertsChanged } from '../data/stream.ts';
import { Actions, addressOf, labelsOfAlert, times } from '../parts/alert-row.tsx';
import { Ago, Button, Chip, Empty, Failed, Loading, Panel, Severity, Status } from '../parts/basics.tsx';
import { EventText } from '../parts/event.tsx';
import { Icon } from '../parts/icon.tsx';
import { Table } from '../parts/table.tsx';
import { TimelineChart } from '../parts/timeline.tsx';
import { RuleText } from './rule.tsx';

/** One alert and what helps to judge it. */
export function AlertView({ id }: { id: string }) {
  const path = `/v1/alerts/${encodeURIComponent(id)}`;
  const alert = useResource<AlertBrief>(path, alertsChanged.value);
  const context = useResource<AlertContext>(`${path}/context`);
  if (alert.error?.status === 404) {
    return (
      <Empty title="There is no such alert">
        It may be older than the store keeps alerts. <a href={to(['alerts'])}>All alerts</a>
      </Empty>
    );
  }
  if (alert.error && !alert.data) return <Failed error={alert.error} retry={alert.reload} />;
  if (!alert.data) return <Loading rows={8} />;
  return (
    <article class="alert-page">
      <Head alert={alert.data} />
      {context.error ? <Failed error={context.error} retry={context.reload} /> : null}
      {context.data ? (
        <Context alert={alert.data} context={context.data} />
      ) : context.error ? null : (
        <Loading rows={10} />
      )}
    </article>
  );
}

function Head({ alert }: { alert: AlertBrief }) {
  const { id, title, level, status, suppressedBy, entities, changedBy, note } = alert;
  return (
    <header class="alert-head">
      <a class="back" href={to(['alerts'])}>
        <Icon name="back" />
        Alerts
      </a>
      <div class="alert-name">
        <Severity level={level} />
        <h2>{title}</h2>
        <Status status={status} suppressedBy={suppressedBy} />
      </div>
      <dl class="facts">
        {Object.entries(entities).map(([name, value]) => (
          <div key={name}>
            <dt>{entityName(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>first seen</dt>
          <dd>
            <time dateTime={new Date(alert.firstMs).toISOString()}>{fullTime(alert.firstMs)}</time>
          </dd>
        </div>
        <div>
          <dt>last seen</dt>
          <dd>
            <Ago ms={alert.lastMs} />{' '}
            {alert.lastMs > alert.firstMs ? <small>over {spanOf(alert.lastMs - alert.firstMs)}</small> : null}
          </dd>
        </div>
        <div>
          <dt>detections</dt>
          <dd>{count(alert.count)}</dd>
        </div>
        <div>
          <dt>risk of its entities</dt>
          <dd>{Math.round(alert.risk)}</dd>
        </div>
        {changedBy ? (
          <div>
            <dt>{status} by</dt>
            <dd>
              {changedBy}
              {note ? <small> “{note}”</small> : null}
            </dd>
          </div>
        ) : null}
      </dl>
      {mayWrite.value && status !== 'resolved' ? (
        <div class="alert-actions" data-row>
          <Actions
            title={title}
            acknowledge={() => void change('acknowledge', [id])}
            acknowledged={status !== 'open'}
            labels={labelsOfAlert(alert)}
            address={addressOf(entities)}
          />
          <Resolve id={id} />
        </div>
      ) : null}
    </header>
  );
}

function Resolve({ id }: { id: string }) {
  const [note, setNote] = useState('');
  return (
    <form
      class="resolve"
      onSubmit={(event) => {
        event.preventDefault();
        void change('resolve', [id], note.trim() || undefined);
      }}
    >
      <input
        aria-label="Note for the record"
        placeholder="What it was, for the record"
        maxLength={1_000}
        value={note}
        onInput={({ currentTarget }) => setNote(currentTarget.value)}
      />
      <Button type="submit">Resolve</Button>
    </form>
  );
}

function Context({ alert, context }: { alert: AlertBrief; context: AlertContext }) {
  const { matched, event, correlation, rule, timelines, related } = context;
  const techniques = techniquesOf(alert.tags);
  return (
    <div class="alert-context">
      <div class="column">
        <Panel title="What matched">
          {correlation ? (
            <p class="note">
              {count(correlation.count)} events counted together
              {Object.keys(correlation.group).length > 0
                ? ` by ${Object.entries(correlation.group)
                    .map(([name, value]) => `${entityName(name)} ${value}`)
                    .join(', ')}`
                : ''}
              . The event below is the one that completed it.
            </p>
          ) : null}
          {matched.length > 0 ? (
            <dl class="matched">
              {matched.map(({ field, value }, at) => (
                <div key={at}>
                  <dt>{field}</dt>
                  <dd>
                    <mark>{value}</mark>
                  </dd>
                </div>
              ))}
            </dl>
          ) : correlation ? null : (
            <p class="note nothing">The rule holds because something is absent: no single value matched.</p>
          )}
        </Panel>
        <Panel
          title="Event"
          note={event?.source ? `${event.source}${event.line ? `, line ${event.line}` : ''}` : undefined}
        >
          {event ? (
            <>
              <EventText body={event.body} matched={matched} />
              {event.cut ? <p class="note">The event is longer than is kept: the rest is cut off.</p> : null}
            </>
          ) : (
            <p class="note nothing">The event is no longer kept: events go after seven days, alerts stay.</p>
          )}
        </Panel>
        <Panel title="Also about the same" note={related.length > 0 ? undefined : 'nothing'}>
          {related.length > 0 ? (
            <Related alerts={related} />
          ) : (
            <p class="note nothing">No other alert about the same host, user or address.</p>
          )}
        </Panel>
      </div>
      <div class="column">
        {techniques.length > 0 ? (
          <Panel title="ATT&CK">
            <ul class="techniques">
              {techniques.map((id) => (
                <li key={id}>
                  <a href={to(['attack'], { technique: parentOf(id) })}>
                    <b>{id}</b> {techniqueName(id)}
                  </a>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        {timelines.map(({ entity, value, timeline }) => (
          <Panel
            key={entity}
            title={`${entityName(entity)[0]?.toUpperCase()}${entityName(entity).slice(1)} ${value}`}
            note="detections around the alert"
          >
            <TimelineChart
              title={`Detections about ${entityName(entity)} ${value}`}
              timeline={timeline}
              height={120}
              markMs={alert.lastMs}
              empty="Nothing else in this time"
            />
          </Panel>
        ))}
        {rule ? (
          <Panel title="Rule" actions={<a href={to(['rules', rule.id])}>Open rule</a>}>
            <RuleText rule={rule} />
          </Panel>
        ) : null}
        <Panel title="Tags">
          <p class="chips">
            {alert.tags.map((tag) => (
              <Chip key={tag}>{tag}</Chip>
            ))}
            {alert.tags.length === 0 ? <span class="note">none</span> : null}
          </p>
        </Panel>
      </div>
    </div>
  );
}

const Related = ({ alerts }: { alerts: readonly AlertBrief[] }) => (
  <Table
    caption="Other alerts about the same entities"
    rows={alerts}
    keyOf={({ id }) => id}
    columns={[
      { name: 'Level', cell: ({ level }) => <Severity level={level} /> },
      { name: 'Alert', cell: ({ id, title }) => <a href={to(['alerts', id])}>{title}</a> },
      { name: 'Status', cell: ({ status }) => <Status status={status} />, wide: true },
      { name: 'Detections', cell: ({ count: amount }) => times(amount), numeric: true, wide: true },
      { name: 'Last seen', cell: ({ lastMs }) => <Ago ms={lastMs} />, numeric: true },
    ]}
  />
);
