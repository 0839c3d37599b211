import { pages } from '../pages.ts';
import { go } from './router.ts';

/** The shortcuts as the help tells them. */
export const shortcuts: readonly { readonly keys: string; readonly what: string }[] = [
  { keys: 'j', what: 'Next row' },
  { keys: 'k', what: 'Row before' },
  { keys: 'Enter', what: 'Open the row' },
  { keys: 'a', what: 'Acknowledge the row' },
  { keys: 's', what: 'Silence the row' },
  { keys: 'l', what: 'Add its address to the allow-list' },
  { keys: '/', what: 'Search or filter' },
  ...pages.map(({ letter, name }) => ({ keys: `g ${letter}`, what: `Go to ${name}` })),
  { keys: '?', what: 'This list' },
];

/** How long `g` waits for its letter. */
const chordMs = 1_500;

/** Listens for shortcuts; `help` opens the list of them. */
export function startShortcuts(help: () => void): void {
  let chordUntilMs = 0;
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target))
      return;
    const { key } = event;
    if (performance.now() < chordUntilMs) {
      chordUntilMs = 0;
      const page = pages.find(({ letter }) => letter === key);
      if (page) go(page.path === '' ? [] : [page.path]);
      else return;
    } else if (key === 'g') chordUntilMs = performance.now() + chordMs;
    else if (key === '?') help();
    else if (!actOn(key)) return;
    event.preventDefault();
  });
}

/** What the key means for the rows shown; gives whether it means anything. */
function actOn(key: string): boolean {
  if (key === 'j') return step(1);
  if (key === 'k') return step(-1);
  if (key === 'a') return press('acknowledge');
  if (key === 's') return press('silence');
  if (key === 'l') return press('allow');
  if (key !== '/') return false;
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  field?.focus();
  field?.select();
  return field !== null;
}

/** Keys belong to a field that is typed in, and to a dialog that is open. */
function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  const typed = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
  return target.closest(typed) !== null;
}

const currentRow = () => document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;

/** Puts the focus on the row `by` further, on its first link. */
function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const current = currentRow();
  const at = current === null ? (by === 1 ? 0 : rows.length - 1) : rows.indexOf(current) + by;
  const row = rows[Math.min(Math.max(at, 0), rows.length - 1)];
  if (!row) return false;
  const target = row.querySelector<HTMLElement>('a[href]') ?? row.querySelector<HTMLElement>('button, input');
  target?.focus();
  row.scrollIntoView({ block: 'nearest' });
  return true;
}

/** Presses a button of the row in focus, or of the only one there is. */
function press(action: string): boolean {
  const rows = document.querySelectorAll<HTMLElement>('[data-row]:has([data-action])');
  const row = currentRow() ?? (rows.length === 1 ? rows[0] : null);
  const button = row?.querySelector<HTMLButtonElement>(`[data-action="${action}"] button:enabled`);
  button?.click();
  return Boolean(button);
}
