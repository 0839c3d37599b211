import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AlertStatus, Level } from '../../server/api.ts';
import type { ApiError } from '../data/api.ts';
import { ago, fullTime, levelName } from '../data/format.ts';
import { Icon, type IconName } from './icon.tsx';

/** A level, by its name first and its colour second. */
export const Severity = ({ level }: { level: Level }) => (
  <span class={`severity ${level}`}>{levelName(level)}</span>
);

export const Status = ({
  status,
  suppressedBy,
}: {
  status: AlertStatus;
  suppressedBy?: string | undefined;
}) => (
  <span class={`status ${status}`}>
    {status[0]?.toUpperCase() + status.slice(1)}
    {suppressedBy ? <small> · {suppressedBy.startsWith('silence:') ? 'silenced' : 'inhibited'}</small> : null}
  </span>
);

/** How long ago, kept true by itself; the full time on hover and for screen readers. */
export function Ago({ ms }: { ms: number }) {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), Date.now() - ms < 120_000 ? 5_000 : 30_000);
    return () => clearInterval(timer);
  }, [ms]);
  return (
    <time dateTime={new Date(ms).toISOString()} title={fullTime(ms)}>
      {ago(ms)}
    </time>
  );
}

interface ButtonProps {
  readonly children?: ComponentChildren;
  readonly icon?: IconName;
  /** For a button that shows an icon alone. */
  readonly label?: string;
  readonly kind?: 'plain' | 'primary' | 'quiet';
  readonly type?: 'button' | 'submit';
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly onClick?: (event: MouseEvent) => void;
}

export const Button = ({
  children,
  icon,
  label,
  kind = 'plain',
  type = 'button',
  pressed,
  expanded,
  ...rest
}: ButtonProps) => (
  <button
    type={type}
    class={`button ${kind}${children ? '' : ' bare'}`}
    aria-label={label}
    aria-pressed={pressed}
    aria-expanded={expanded}
    {...rest}
    title={rest.title ?? (children ? undefined : label)}
  >
    {icon ? <Icon name={icon} /> : null}
    {children ? <span>{children}</span> : null}
  </button>
);

/** What stands where nothing is, and says why and what comes next. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty">
    <strong>{title}</strong>
    {children ? <p>{children}</p> : null}
  </div>
);

export const Failed = ({ error, retry }: { error: ApiError; retry: () => void }) => (
  <div class="failed" role="alert">
    <div>
      <strong>This could not be loaded</strong>
      <p>{error.message}</p>
    </div>
    <Button onClick={retry}>Try again</Button>
  </div>
);

/** Grey bars of about the size of what is to come. */
export const Loading = ({ rows = 4 }: { rows?: number }) => (
  <div class="loading" role="status">
    <span class="hidden">Loading</span>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} />
    ))}
  </div>
);

interface PanelProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly class?: string;
  readonly note?: ComponentChildren;
}

export const Panel = ({ title, children, actions, note, class: name = '' }: PanelProps) => (
  <section class={`panel ${name}`} aria-label={title}>
    <header>
      <h2>{title}</h2>
      {note ? <span class="note">{note}</span> : null}
      {actions ? <div class="actions">{actions}</div> : null}
    </header>
    {children}
  </section>
);

export const Chip = ({ children, href }: { children: ComponentChildren; href?: string }) =>
  href ? (
    <a class="chip" href={href}>
      {children}
    </a>
  ) : (
    <span class="chip">{children}</span>
  );

/** One of several, as buttons in a row. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="choice">
      <legend class="hidden">{label}</legend>
      {options.map(([name, text]) => (
        <label key={name}>
          <input type="radio" name={label} checked={name === value} onChange={() => onChange(name)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** A bar beside a figure, which says the same in words. */
export const Meter = ({ share }: { share: number }) => (
  <span class="meter" aria-hidden="true">
    <i style={{ width: `${Math.max(2, Math.min(100, share * 100))}%` }} />
  </span>
);
