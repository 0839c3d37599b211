import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlertBrief } from '../../server/api.ts';
import { act } from '../data/actions.ts';
import { post } from '../data/api.ts';
import { entityName } from '../data/format.ts';
import { shortcuts } from '../data/shortcuts.ts';
import { Button } from './basics.tsx';

type Opened =
  | { readonly kind: 'silence'; readonly title: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'allow'; readonly indicator: string }
  | { readonly kind: 'help' };

/** The dialog that is open. */
export const opened = signal<Opened | null>(null);

const close = () => {
  opened.value = null;
};

/** The labels that a silence for an alert can go by. */
export const labelsOf = ({ ruleId, entities }: Pick<AlertBrief, 'ruleId' | 'entities'>) => ({
  rule: ruleId,
  ...entities,
});

export function Dialogs() {
  const now = opened.value;
  if (!now) return null;
  if (now.kind === 'silence') return <SilenceDialog {...now} />;
  if (now.kind === 'allow') return <AllowDialog {...now} />;
  return <HelpDialog />;
}

function Frame({ title, children }: { title: string; children: ComponentChildren }) {
  const frame = useRef<HTMLDialogElement>(null);
  const own = useRef(opened.peek());
  // The browser tells of a closed dialog a moment later: another may be open by then.
  const closed = () => {
    if (opened.peek() === own.current) close();
  };
  useEffect(() => {
    const element = frame.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={frame} aria-label={title} onClose={closed} onCancel={closed}>
      <header>
        <h2>{title}</h2>
        <Button kind="quiet" icon="close" label="Close" onClick={close} />
      </header>
      {children}
    </dialog>
  );
}

const spans: readonly (readonly [minutes: number, name: string])[] = [
  [30, '30 minutes'],
  [120, '2 hours'],
  [480, '8 hours'],
  [1_440, '1 day'],
  [10_080, '1 week'],
];

function SilenceDialog({ title, labels }: Extract<Opened, { kind: 'silence' }>) {
  const [chosen, setChosen] = useState<readonly string[]>(() => Object.keys(labels).slice(0, 1));
  const [minutes, setMinutes] = useState(120);
  const [comment, setComment] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const matchers = chosen.map((label) => ({ label, op: '=', value: labels[label] as string }));
    const made = await act(
      () => post('/v1/silences', { matchers, minutes, comment }),
      () => 'Silenced. Matching alerts are still counted, but nobody is told.',
    );
    if (made) close();
  };
  return (
    <Frame title="Silence">
      <form onSubmit={submit}>
        <p>
          While it lasts, alerts that match <em>all</em> of this are kept and counted, but not delivered.
        </p>
        <fieldset>
          <legend>Alerts with</legend>
          {Object.entries(labels).map(([label, value]) => (
            <label class="option" key={label}>
              <input
                type="checkbox"
                checked={chosen.includes(label)}
                onChange={({ currentTarget }) =>
                  setChosen(
                    currentTarget.checked ? [...chosen, label] : chosen.filter((one) => one !== label),
                  )
                }
              />
              <span>
                {entityName(label)} <b>{label === 'rule' ? title : value}</b>
              </span>
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>For</span>
          <select value={minutes} onChange={({ currentTarget }) => setMinutes(Number(currentTarget.value))}>
            {spans.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Why</span>
          <input
            value={comment}
            maxLength={500}
            placeholder="for those who come after you"
            onInput={({ currentTarget }) => setComment(currentTarget.value)}
          />
        </label>
        <footer>
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={chosen.length === 0}>
            Silence
          </Button>
        </footer>
      </form>
    </Frame>
  );
}

export function AllowForm({
  indicator: given,
  onDone,
  onCancel,
}: {
  indicator: string;
  onDone: () => void;
  onCancel?: () => void;
}) {
  const [indicator, setIndicator] = useState(given);
  const [days, setDays] = useState('30');
  const [comment, setComment] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const added = await act(
      () => post('/v1/allow-list', { indicator, comment, ...(days === '' ? {} : { days: Number(days) }) }),
      () => `${indicator} is on the allow-list: it raises no more alerts.`,
    );
    if (!added) return;
    setIndicator('');
    setComment('');
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <label class="field">
        <span>Address, prefix, domain or hash</span>
        <input
          value={indicator}
          required
          maxLength={300}
          spellcheck={false}
          onInput={({ currentTarget }) => setIndicator(currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>For</span>
        <select value={days} onChange={({ currentTarget }) => setDays(currentTarget.value)}>
          <option value="1">1 day</option>
          <option value="7">1 week</option>
          <option value="30">30 days</option>
          <option value="365">1 year</option>
          <option value="">ever</option>
        </select>
      </label>
      <label class="field">
        <span>Why</span>
        <input
          value={comment}
          maxLength={500}
          placeholder="whose it is"
          onInput={({ currentTarget }) => setComment(currentTarget.value)}
        />
      </label>
      <footer>
        {onCancel ? <Button onClick={onCancel}>Cancel</Button> : null}
        <Button kind="primary" type="submit">
          Allow
        </Button>
      </footer>
    </form>
  );
}

const AllowDialog = ({ indicator }: Extract<Opened, { kind: 'allow' }>) => (
  <Frame title="Add to the allow-list">
    <p>
      Detections from here are still stored, but raise no alerts. Open alerts stay open: acknowledge or
      resolve them.
    </p>
    <AllowForm indicator={indicator} onDone={close} onCancel={close} />
  </Frame>
);

const HelpDialog = () => (
  <Frame title="Keyboard shortcuts">
    <dl class="keys">
      {shortcuts.map(({ keys, what }) => (
        <div key={keys}>
          <dt>
            {keys.split(' ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  </Frame>
);
