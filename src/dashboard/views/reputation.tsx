import { useState } from 'preact/hooks';
import type { AllowEntry, ReputationAnswer, ReputationSummary } from '../../server/api.ts';
import { act } from '../data/actions.ts';
import { get, remove, withQuery } from '../data/api.ts';
import { count, fullTime } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { to } from '../data/router.ts';
import { mayWrite } from '../data/session.ts';
import { alertsChanged } from '../data/stream.ts';
import { Ago, Button, Failed, Loading, Meter, Panel } from '../parts/basics.tsx';
import { AllowForm, opened } from '../parts/dialog.tsx';
import { Table } from '../parts/table.tsx';

/** What is known of addresses, domains and hashes, and what is allowed. */
export function ReputationView() {
  const summary = useResource<ReputationSummary>(
    '/v1/reputation/summary',
    Math.floor(alertsChanged.value / 5),
  );
  const allowed = useResource<{ entries: AllowEntry[] }>('/v1/allow-list', alertsChanged.value);
  return (
    <div class="reputation">
      <Lookup />
      <Panel title="Learned from our own detections" class="learned">
        {summary.data ? (
          <Learned learned={summary.data.learned} />
        ) : summary.error ? (
          <Failed error={summary.error} retry={summary.reload} />
        ) : (
          <Loading />
        )}
      </Panel>
      <Panel title="Allow-list" note="raises no alerts">
        {allowed.data ? (
          <Allowed entries={allowed.data.entries} reload={allowed.reload} />
        ) : allowed.error ? (
          <Failed error={allowed.error} retry={allowed.reload} />
        ) : (
          <Loading />
        )}
        {mayWrite.value ? (
          <details class="adding">
            <summary>Add an entry</summary>
            <AllowForm indicator="" onDone={allowed.reload} />
          </details>
        ) : null}
      </Panel>
      <Panel title="Feeds">{summary.data ? <Feeds feeds={summary.data.feeds} /> : <Loading />}</Panel>
    </div>
  );
}

function Lookup() {
  const [text, setText] = useState('');
  const [answer, setAnswer] = useState<ReputationAnswer | string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setAnswer(
      await get<ReputationAnswer>(withQuery('/v1/reputation', { indicator: text.trim() })).catch(
        (error: Error) => error.message,
      ),
    );
  };
  return (
    <Panel title="Look up">
      <form class="lookup" role="search" onSubmit={submit}>
        <input
          type="search"
          aria-label="Address, domain or hash"
          placeholder="Address, domain or hash"
          required
          spellcheck={false}
          maxLength={300}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button kind="primary" type="submit" icon="search">
          Look up
        </Button>
      </form>
      <div aria-live="polite">
        {answer === undefined ? (
          <p class="note">
            Feeds, the allow-list and our own detections are asked. Nothing leaves this machine.
          </p>
        ) : typeof answer === 'string' ? (
          <p class="refusal">{answer}</p>
        ) : (
          <Verdict {...answer} />
        )}
      </div>
    </Panel>
  );
}

const word = (score: number) =>
  score >= 70 ? 'Bad' : score >= 40 ? 'Suspicious' : score > 0 ? 'A little suspicious' : 'Nothing bad known';
const colour = (score: number) =>
  score >= 70 ? 'critical' : score >= 40 ? 'high' : score > 0 ? 'medium' : 'informational';

function Verdict({ indicator, kind, score, allowedBy, sources }: ReputationAnswer) {
  return (
    <div class="verdict">
      <p>
        <span class={`severity ${allowedBy ? 'low' : colour(score)}`}>
          {allowedBy ? 'Allowed' : word(score)}
        </span>{' '}
        <b>{indicator}</b>
        <small> {kind}</small>
      </p>
      {allowedBy ? (
        <p class="note">On the {allowedBy}.</p>
      ) : (
        <p>
          Score <b>{Math.round(score)}</b> of 100
        </p>
      )}
      {sources.length > 0 ? (
        <Table
          caption={`What is known of ${indicator}`}
          rows={sources}
          keyOf={({ name }) => name}
          columns={[
            { name: 'Source', cell: ({ name }) => name },
            { name: 'Category', cell: ({ category }) => category },
            { name: 'Score', numeric: true, cell: (one) => Math.round(one.score) },
            {
              name: 'Confidence',
              numeric: true,
              cell: ({ confidence }) => `${Math.round(confidence * 100)} %`,
            },
          ]}
        />
      ) : null}
      {kind === 'ip' ? (
        <a href={to(['alerts'], { source: indicator, status: 'all' })}>Alerts from there</a>
      ) : null}
      {mayWrite.value && !allowedBy ? (
        <Button
          onClick={() => {
            opened.value = { kind: 'allow', indicator };
          }}
        >
          Allow
        </Button>
      ) : null}
    </div>
  );
}

const Learned = ({ learned }: Pick<ReputationSummary, 'learned'>) =>
  learned.length === 0 ? (
    <p class="note nothing">
      Nothing yet. Addresses appear here as detections tell them, and fade within days.
    </p>
  ) : (
    <Table
      caption="Addresses that detections taught"
      sortBy="Score"
      rows={learned}
      keyOf={({ indicator }) => indicator}
      columns={[
        {
          name: 'Address',
          sort: ({ indicator }) => indicator,
          cell: ({ indicator }) => (
            <a href={to(['alerts'], { source: indicator, status: 'all' })}>{indicator}</a>
          ),
        },
        {
          name: 'Score',
          numeric: true,
          sort: ({ score }) => score,
          cell: ({ score }) => (
            <span class="cost">
              <Meter share={score / 100} />
              <span>{Math.round(score)}</span>
            </span>
          ),
        },
        {
          name: 'Last',
          numeric: true,
          sort: ({ updatedMs }) => updatedMs,
          cell: ({ updatedMs }) => <Ago ms={updatedMs} />,
        },
      ]}
    />
  );

function Allowed({ entries, reload }: { entries: readonly AllowEntry[]; reload: () => void }) {
  if (entries.length === 0) return <p class="note nothing">Nothing is on it.</p>;
  const take = async (indicator: string) => {
    const done = await act(
      () => remove(withQuery('/v1/allow-list', { indicator })),
      () => `${indicator} is off the allow-list`,
    );
    if (done) reload();
  };
  return (
    <Table
      caption="Allow-list"
      rows={entries}
      keyOf={({ kind, indicator }) => `${kind} ${indicator}`}
      columns={[
        { name: 'Entry', cell: ({ indicator }) => <b>{indicator}</b> },
        { name: 'Why', cell: ({ comment }) => comment },
        {
          name: 'Ends',
          wide: true,
          cell: ({ expiresMs }) => (expiresMs === undefined ? 'never' : fullTime(expiresMs)),
        },
        {
          name: 'Action',
          numeric: true,
          cell: ({ indicator }) =>
            mayWrite.value ? (
              <Button
                kind="quiet"
                title={`Take ${indicator} off the allow-list`}
                onClick={() => void take(indicator)}
              >
                Take off
              </Button>
            ) : null,
        },
      ]}
    />
  );
}

const Feeds = ({ feeds }: Pick<ReputationSummary, 'feeds'>) =>
  feeds.length === 0 ? (
    <p class="note nothing">
      No feed is loaded. Name lists of bad addresses, domains or hashes with <code>--feeds</code> or the
      setting <code>feeds</code>.
    </p>
  ) : (
    <Table
      caption="Feeds"
      rows={feeds}
      keyOf={({ name }) => name}
      columns={[
        { name: 'Feed', cell: ({ name }) => name },
        { name: 'Entries', numeric: true, cell: ({ size }) => count(size) },
        { name: 'Invalid', numeric: true, wide: true, cell: ({ invalid }) => count(invalid) },
        {
          name: 'Loaded',
          numeric: true,
          cell: ({ loadedMs }) => (loadedMs > 0 ? <Ago ms={loadedMs} /> : 'never'),
        },
        { name: 'State', cell: ({ failure, expired }) => failure ?? (expired ? 'expired' : 'in use') },
      ]}
    />
  );
