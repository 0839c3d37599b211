import { useEffect } from 'preact/hooks';
import type { SessionInfo } from '../server/api.ts';
import { toasts } from './data/actions.ts';
import { get, remove } from './data/api.ts';
import { place, to } from './data/router.ts';
import { session } from './data/session.ts';
import { range, rangeNames, shownTheme, toggleTheme } from './data/settings.ts';
import { startShortcuts } from './data/shortcuts.ts';
import { connection, paused, startStream, togglePause } from './data/stream.ts';
import { pageAt, pages } from './pages.ts';
import { Button } from './parts/basics.tsx';
import { Dialogs, opened } from './parts/dialog.tsx';
import { Icon } from './parts/icon.tsx';
import { AlertView } from './views/alert.tsx';
import { AlertsView } from './views/alerts.tsx';
import { AttackView } from './views/attack.tsx';
import { EngineView } from './views/engine.tsx';
import { OverviewView } from './views/overview.tsx';
import { ReputationView } from './views/reputation.tsx';
import { RuleView } from './views/rule.tsx';
import { RulesView } from './views/rules.tsx';
import { SignInView } from './views/sign-in.tsx';
import { SilencesView } from './views/silences.tsx';

/** Asks who is signed in, and starts what runs beside the views. */
function start(): void {
  startStream();
  startShortcuts(() => {
    if (session.value) opened.value = { kind: 'help' };
  });
  get<SessionInfo>('/v1/session').then(
    (found) => {
      session.value = found;
    },
    () => {
      session.value = null;
    },
  );
}

export function App() {
  useEffect(start, []);
  const [first = '', token] = place.value.parts;
  if (session.value === undefined) return <div class="starting" role="status" aria-label="Loading" />;
  if (session.value === null || first === 'sign-in')
    return <SignInView token={first === 'sign-in' ? token : undefined} />;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <Navigation current={first} />
      <Bar current={first} />
      <main id="main" tabIndex={-1}>
        <View />
      </main>
      <Dialogs />
      <Toasts />
    </div>
  );
}

/** A link could not: the fragment tells the page's place. */
const skip = () => document.getElementById('main')?.focus();

function View() {
  const { parts } = place.value;
  const [first = '', second] = parts;
  useEffect(() => {
    document.title = `${pageAt(first)?.name ?? 'Not found'} · Wolfsec`;
  }, [first]);
  if (first === 'alerts')
    return second === undefined ? <AlertsView /> : <AlertView key={second} id={second} />;
  if (first === 'rules') return second === undefined ? <RulesView /> : <RuleView key={second} id={second} />;
  if (first === 'attack') return <AttackView />;
  if (first === 'reputation') return <ReputationView />;
  if (first === 'silences') return <SilencesView />;
  if (first === 'engine') return <EngineView />;
  if (first !== '') {
    return (
      <div class="empty">
        <strong>There is nothing at this address</strong>
        <p>
          <a href={to([])}>Go to the overview</a>
        </p>
      </div>
    );
  }
  return <OverviewView />;
}

function Navigation({ current }: { current: string }) {
  return (
    <nav class="navigation" aria-label="Pages">
      <a class="brand" href={to([])} aria-label="Wolfsec, overview">
        <img src={new URL('./icon.svg', import.meta.url).href} alt="" width="24" height="24" />
        <span>Wolfsec</span>
      </a>
      <ul>
        {pages.map(({ path, name, icon }) => (
          <li key={path}>
            <a href={to(path === '' ? [] : [path])} aria-current={path === current ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Bar({ current }: { current: string }) {
  const page = pageAt(current);
  return (
    <header class="bar">
      <h1>{page?.name}</h1>
      <div class="bar-tools">
        {page?.ranged ? (
          <label>
            <span class="hidden">Span of time</span>
            <select
              value={range.value}
              onChange={({ currentTarget }) => {
                range.value = Number(currentTarget.value);
              }}
            >
              {rangeNames.map(([hours, text]) => (
                <option key={hours} value={hours}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <Live />
        <Button
          kind="quiet"
          icon={shownTheme.value === 'dark' ? 'sun' : 'moon'}
          label={shownTheme.value === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={toggleTheme}
        />
        <Button
          kind="quiet"
          icon="help"
          label="Keyboard shortcuts"
          onClick={() => {
            opened.value = { kind: 'help' };
          }}
        />
        <Button kind="quiet" icon="out" label={`Sign out ${session.value?.user ?? ''}`} onClick={signOut} />
      </div>
    </header>
  );
}

const states = { live: 'Live', connecting: 'Connecting', paused: 'Paused' } as const;

function Live() {
  return (
    <div class={`live ${connection.value}`}>
      <span role="status">
        <i />
        {states[connection.value]}
      </span>
      <Button
        kind="quiet"
        icon={paused.value ? 'play' : 'pause'}
        label={paused.value ? 'Go on' : 'Pause'}
        pressed={paused.value}
        onClick={togglePause}
      />
    </div>
  );
}

async function signOut(): Promise<void> {
  await remove('/v1/session').catch(() => {});
  session.value = null;
}

const Toasts = () => (
  <div class="toasts" role="status">
    {toasts.value.map(({ id, text, kind }) => (
      <p key={id} class={kind}>
        {text}
      </p>
    ))}
  </div>
);
