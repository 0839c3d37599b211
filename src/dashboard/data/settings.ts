import { computed, effect, signal } from '@preact/signals';

/** What the reader chose, kept in this browser. */
const prefix = 'wolfsec.';

/** Browsers may be told to keep nothing; the page works without. */
function kept(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Then it holds until the page is closed.
  }
}

/** Spans of time on offer, in hours. */
export const rangeNames: readonly (readonly [hours: number, name: string])[] = [
  [1, 'Last hour'],
  [6, 'Last 6 hours'],
  [24, 'Last 24 hours'],
  [168, 'Last 7 days'],
  [720, 'Last 30 days'],
];

const keptRange = Number(kept('range'));

/** The span that figures are of, in hours back from now. Default a day. */
export const range = signal(rangeNames.some(([hours]) => hours === keptRange) ? keptRange : 24);

type Theme = 'dark' | 'light';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const systemTheme = signal<Theme>(prefersDark.matches ? 'dark' : 'light');
prefersDark.addEventListener('change', ({ matches }) => {
  systemTheme.value = matches ? 'dark' : 'light';
});

const keptTheme = kept('theme');
const chosenTheme = signal<Theme | null>(keptTheme === 'dark' || keptTheme === 'light' ? keptTheme : null);

/** What the reader chose, and else what the system prefers. */
export const shownTheme = computed(() => chosenTheme.value ?? systemTheme.value);

export function toggleTheme(): void {
  chosenTheme.value = shownTheme.value === 'dark' ? 'light' : 'dark';
}

effect(() => {
  document.documentElement.dataset['theme'] = shownTheme.value;
});
effect(() => keep('range', String(range.value)));
effect(() => {
  if (chosenTheme.value) keep('theme', chosenTheme.value);
});
