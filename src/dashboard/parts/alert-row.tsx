import type { AlertBrief, AlertGroup } from '../../server/api.ts';
import { change } from '../data/actions.ts';
import { get, withQuery } from '../data/api.ts';
import { count, entityName } from '../data/format.ts';
import { to } from '../data/router.ts';
import { mayWrite } from '../data/session.ts';
import { Button, Chip } from './basics.tsx';
import { labelsOf, opened } from './dialog.tsx';

/** The names under which detections tell where they come from. */
export const addressOf = (entities: Readonly<Record<string, string>>) =>
  entities['source.ip'] ?? entities['client.ip'];

interface ActionsProps {
  readonly title: string;
  readonly acknowledge: () => void;
  readonly acknowledged?: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string | undefined;
}

/** Acknowledge, silence and allow, for an alert or a group of them. */
export function Actions({ title, acknowledge, acknowledged = false, labels, address }: ActionsProps) {
  if (!mayWrite.value) return null;
  return (
    <div class="row-actions">
      <span data-action="acknowledge">
        <Button icon="check" disabled={acknowledged} onClick={acknowledge} title={`Acknowledge: ${title}`}>
          Acknowledge
        </Button>
      </span>
      <span data-action="silence">
        <Button
          kind="quiet"
          title={`Silence: ${title}`}
          onClick={() => {
            opened.value = { kind: 'silence', title, labels };
          }}
        >
          Silence
        </Button>
      </span>
      {address === undefined ? null : (
        <span data-action="allow">
          <Button
            kind="quiet"
            title={`Add ${address} to the allow-list`}
            onClick={() => {
              opened.value = { kind: 'allow', indicator: address };
            }}
          >
            Allow
          </Button>
        </span>
      )}
    </div>
  );
}

/** Whom an alert is about; each leads to the alerts about the same. */
export const Entities = ({ entities }: { entities: Readonly<Record<string, string>> }) => (
  <span class="entities">
    {Object.entries(entities).map(([name, value]) => (
      <Chip key={name} href={to(['alerts'], { [queryName(name)]: value, status: 'all' })}>
        <small>{entityName(name)}</small> {value}
      </Chip>
    ))}
  </span>
);

const queryName = (name: string) =>
  name.startsWith('host') ? 'host' : name.startsWith('user') ? 'user' : 'source';

/** Acknowledges every open alert of a group, however many there are. */
export async function acknowledgeGroup({ ruleId }: AlertGroup): Promise<void> {
  const ids: string[] = [];
  let before: string | undefined;
  do {
    const query = { status: 'open', rule: ruleId, limit: 1_000, before };
    const page = await get<{ alerts: AlertBrief[]; next?: string }>(withQuery('/v1/alerts', query));
    ids.push(...page.alerts.map(({ id }) => id));
    before = page.next;
  } while (before !== undefined && ids.length < 50_000);
  await change('acknowledge', ids);
}

export const labelsOfAlert = (alert: AlertBrief) => labelsOf(alert);
export const times = (amount: number) => `× ${count(amount)}`;
