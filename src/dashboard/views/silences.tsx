import type { Silence } from '../../server/api.ts';
import { act } from '../data/actions.ts';
import { remove } from '../data/api.ts';
import { entityName, fullTime, spanOf } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { mayWrite } from '../data/session.ts';
import { alertsChanged } from '../data/stream.ts';
import { Button, Chip, Empty, Failed, Loading } from '../parts/basics.tsx';
import { Table } from '../parts/table.tsx';

/** What is kept from being told, until when, and by whom. */
export function SilencesView() {
  const { data, error, reload } = useResource<{ silences: Silence[] }>('/v1/silences', alertsChanged.value);
  if (error && !data) return <Failed error={error} retry={reload} />;
  if (!data) return <Loading rows={4} />;
  if (data.silences.length === 0) {
    return (
      <Empty title="Nothing is silenced">
        A silence keeps alerts from being delivered while work goes on that would raise them. Make one with
        “Silence” beside an alert.
      </Empty>
    );
  }
  const end = async (id: string) => {
    const done = await act(
      () => remove(`/v1/silences/${encodeURIComponent(id)}`),
      () => 'The silence has ended',
    );
    if (done) reload();
  };
  return (
    <Table
      caption="Silences"
      rows={data.silences}
      keyOf={({ id }) => id}
      columns={[
        {
          name: 'Alerts with',
          cell: ({ matchers }) => (
            <span class="entities">
              {matchers.map(({ label, op, value }) => (
                <Chip key={label}>
                  <small>{entityName(label)}</small> {op === '=' ? '' : op} {value}
                </Chip>
              ))}
            </span>
          ),
        },
        { name: 'Why', cell: ({ comment }) => comment || <span class="note">–</span> },
        { name: 'By', wide: true, cell: ({ createdBy }) => createdBy },
        {
          name: 'Ends',
          cell: ({ endsMs }) => (
            <time dateTime={new Date(endsMs).toISOString()} title={fullTime(endsMs)}>
              in {spanOf(endsMs - Date.now())}
            </time>
          ),
        },
        {
          name: 'Action',
          numeric: true,
          cell: ({ id }) =>
            mayWrite.value ? (
              <Button kind="quiet" onClick={() => void end(id)}>
                End now
              </Button>
            ) : null,
        },
      ]}
    />
  );
}
