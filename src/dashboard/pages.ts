import type { IconName } from './parts/icon.tsx';

/** The pages, in the order of the navigation. */
export const pages: readonly {
  /** First part of the address. */
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** Leads there behind `g`. */
  readonly letter: string;
  /** Its figures are of a span of time. */
  readonly ranged?: true;
}[] = [
  { path: '', name: 'Overview', icon: 'overview', letter: 'o', ranged: true },
  { path: 'alerts', name: 'Alerts', icon: 'alerts', letter: 'a' },
  { path: 'attack', name: 'ATT&CK', icon: 'attack', letter: 't', ranged: true },
  { path: 'rules', name: 'Rules', icon: 'rules', letter: 'r', ranged: true },
  { path: 'reputation', name: 'Reputation', icon: 'reputation', letter: 'p' },
  { path: 'silences', name: 'Silences', icon: 'silences', letter: 's' },
  { path: 'engine', name: 'Engine', icon: 'engine', letter: 'e' },
];

/** The page of an address's first part. */
export const pageAt = (path: string) => pages.find((page) => page.path === path);
