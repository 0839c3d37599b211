import { useMemo, useRef, useState } from 'preact/hooks';
import type { AlertBrief, AlertGroup, Level, Overview, Ranked } from '../../server/api.ts';
import { change, tell } from '../data/actions.ts';
import { compact, count, levelName, levels, plural } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { to } from '../data/router.ts';
import { range, rangeNames } from '../data/settings.ts';
import { alertsChanged } from '../data/stream.ts';
import { Actions, acknowledgeGroup, addressOf, Entities, labelsOfAlert, times } from '../parts/alert-row.tsx';
import { Ago, Button, Empty, Failed, Loading, Meter, Panel, Severity } from '../parts/basics.tsx';
import { TimelineChart } from '../parts/timeline.tsx';
import { EngineStrip } from './engine-strip.tsx';

/** What is open, what happens now, and where it comes from. */
export function OverviewView() {
  const { data, error, reload } = useResource<Overview>(
    `/v1/overview?hours=${range.value}`,
    alertsChanged.value,
  );
  const span = rangeNames.find(([hours]) => hours === range.value)?.[1].toLowerCase() ?? '';
  return (
    <div class="overview">
      <Counts counts={data?.counts} />
      <EngineStrip />
      {error ? <Failed error={error} retry={reload} /> : null}
      <Panel
        title="Open alerts"
        class="groups"
        note={data ? plural(data.groups.length, 'kind') : undefined}
        actions={<a href={to(['alerts'])}>All alerts</a>}
      >
        {data ? <Groups groups={data.groups} recent={data.recent} /> : error ? null : <Loading rows={6} />}
      </Panel>
      <div class="aside">
        <Panel title="Detections" note={span}>
          {data ? (
            <TimelineChart
              title={`Detections by level, ${span}`}
              timeline={data.timeline}
              empty="No detections in this time"
            />
          ) : (
            <Loading />
          )}
        </Panel>
        <Panel title="Top sources" note={span}>
          <Ranking rows={data?.sources} query="source" nothing="No detection told an address in this time." />
        </Panel>
        <Panel title="Top hosts" note={span}>
          <Ranking rows={data?.hosts} query="host" nothing="No detection told a host in this time." />
        </Panel>
      </div>
    </div>
  );
}

function Counts({ counts }: { counts: Overview['counts'] | undefined }) {
  const of = (level: Level, status: string) =>
    counts?.find((one) => one.level === level && one.status === status)?.count ?? 0;
  return (
    <ul class="counts" aria-label="Open alerts by level">
      {levels.map((level) => {
        const open = of(level, 'open');
        const seen = of(level, 'acknowledged');
        return (
          <li key={level} class={open > 0 ? level : 'none'}>
            <a href={to(['alerts'], { level, status: 'open' })}>
              <b>{counts ? compact(open) : '–'}</b>
              <span>{levelName(level)}</span>
              <small>{seen > 0 ? `${compact(seen)} acknowledged` : 'open'}</small>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** Keeps kinds where the reader last saw them: new ones come first within their level, none jumps about. */
function useCalmOrder(groups: readonly AlertGroup[]): readonly AlertGroup[] {
  const seen = useRef(new Map<string, number>());
  return useMemo(() => {
    const known = seen.current;
    for (const { ruleId } of groups.toReversed()) if (!known.has(ruleId)) known.set(ruleId, known.size);
    const rank = ({ level }: AlertGroup) => levels.indexOf(level);
    return groups.toSorted(
      (a, b) => rank(a) - rank(b) || (known.get(b.ruleId) ?? 0) - (known.get(a.ruleId) ?? 0),
    );
  }, [groups]);
}

function Groups({ groups, recent }: { groups: readonly AlertGroup[]; recent: readonly AlertBrief[] }) {
  const ordered = useCalmOrder(groups);
  const [all, setAll] = useState(false);
  const shown = all ? ordered : ordered.slice(0, maxGroups);
  if (groups.length === 0) {
    return (
      <Empty title="Nothing is open">
        Every alert is acknowledged or resolved, or none was raised yet. New ones appear here by themselves.
      </Empty>
    );
  }
  return (
    <>
      <ul class="group-list">
        {shown.map((group) => (
          <Group
            key={group.ruleId}
            group={group}
            alerts={recent.filter(({ ruleId }) => ruleId === group.ruleId)}
          />
        ))}
      </ul>
      {ordered.length > shown.length ? (
        <div class="more">
          <Button onClick={() => setAll(true)}>Show {ordered.length - shown.length} more kinds</Button>
        </div>
      ) : null}
    </>
  );
}

/** Kinds shown at first: the most severe ones fit a screen or two. */
const maxGroups = 14;
const maxShown = 8;

function Group({ group, alerts }: { group: AlertGroup; alerts: readonly AlertBrief[] }) {
  const [expanded, setExpanded] = useState(false);
  const [busy, setBusy] = useState(false);
  const { ruleId, title, level, detections, lastMs } = group;
  const single = group.alerts === 1 ? alerts[0] : undefined;
  const address = sameOf(alerts.map(({ entities }) => addressOf(entities)));
  const acknowledge = async () => {
    setBusy(true);
    await acknowledgeGroup(group).catch((error: Error) => tell(error.message, 'failed'));
    setBusy(false);
  };
  return (
    <li class={`group ${level}${busy ? ' busy' : ''}`} data-row>
      <div class="group-line">
        <Severity level={level} />
        <div class="group-title">
          <a href={single ? to(['alerts', single.id]) : to(['alerts'], { rule: ruleId, status: 'open' })}>
            {title}
          </a>
          <small>{about(alerts, group.alerts)}</small>
        </div>
        <span
          class="group-count"
          title={`${plural(group.alerts, 'alert')}, ${plural(detections, 'detection')}`}
        >
          <b>{compact(group.alerts)}</b>
          <small>
            {detections === group.alerts
              ? group.alerts === 1
                ? 'alert'
                : 'alerts'
              : `${compact(detections)} hits`}
          </small>
        </span>
        <span class="group-time">
          <Ago ms={lastMs} />
        </span>
        <Actions
          title={title}
          acknowledge={() => void (single ? change('acknowledge', [single.id]) : acknowledge())}
          acknowledged={busy}
          labels={
            single ? labelsOfAlert(single) : { rule: ruleId, ...(address ? { 'source.ip': address } : {}) }
          }
          address={address}
        />
        <Button
          kind="quiet"
          icon="chevron"
          label={`${expanded ? 'Hide' : 'Show'} the alerts of: ${title}`}
          expanded={expanded}
          onClick={() => setExpanded(!expanded)}
        />
      </div>
      {expanded ? (
        <ul class="group-alerts">
          {alerts.slice(0, maxShown).map((alert) => (
            <li key={alert.id}>
              <a href={to(['alerts', alert.id])}>Open alert</a>
              <Entities entities={alert.entities} />
              <span>{times(alert.count)}</span>
              <Ago ms={alert.lastMs} />
            </li>
          ))}
          {group.alerts > Math.min(alerts.length, maxShown) ? (
            <li>
              <a href={to(['alerts'], { rule: ruleId, status: 'open' })}>All {count(group.alerts)}</a>
            </li>
          ) : null}
        </ul>
      ) : null}
    </li>
  );
}

/** Whom the alerts of a kind are about, in a few words. */
function about(alerts: readonly AlertBrief[], total: number): string {
  const parts = (['host.name', 'user.name', 'source.ip'] as const).flatMap((name) => {
    const values = [...new Set(alerts.flatMap(({ entities }) => entities[name] ?? []))];
    if (values.length === 0) return [];
    const rest = values.length - 2;
    return [
      values.slice(0, 2).join(', ') +
        (rest > 0 ? ` and ${rest} more` : total > alerts.length ? ' and others' : ''),
    ];
  });
  return parts.join(' · ');
}

/** The one value that all have; `undefined` where they differ. */
function sameOf(values: readonly (string | undefined)[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}

function Ranking({
  rows,
  query,
  nothing,
}: {
  rows: readonly Ranked[] | undefined;
  query: string;
  nothing: string;
}) {
  if (!rows) return <Loading rows={3} />;
  if (rows.length === 0) return <p class="note nothing">{nothing}</p>;
  const most = rows[0]?.count ?? 1;
  return (
    <ol class="ranking">
      {rows.map(({ value, count: amount }) => (
        <li key={value}>
          <a href={to(['alerts'], { [query]: value, status: 'all' })}>{value}</a>
          <Meter share={amount / most} />
          <b>{compact(amount)}</b>
        </li>
      ))}
    </ol>
  );
}
