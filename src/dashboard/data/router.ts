import { signal } from '@preact/signals';

/** Where the page is, told by the address's fragment: `#/alerts/ID?level=high`. */
interface Place {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

type Query = Readonly<Record<string, string | undefined>>;

function read(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { parts: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** A stray `%` in an address is no reason to show nothing. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const place = signal<Place>(read());

addEventListener('hashchange', () => {
  place.value = read();
});

/** The address of a place within the page; empty values of the query are left out. */
export function to(parts: readonly string[], query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) given.set(name, value);
  return `#/${parts.map(encodeURIComponent).join('/')}${given.size > 0 ? `?${given}` : ''}`;
}

/** Goes to a place, with a step in the browser's history; at once, so that the next key is the new page's. */
export function go(parts: readonly string[], query?: Query): void {
  location.hash = to(parts, query);
  place.value = read();
}

/** Changes some of the query in place: filters are no steps to go back through. */
export function setQuery(changes: Query): void {
  const { parts, query } = place.value;
  history.replaceState(null, '', to(parts, { ...Object.fromEntries(query), ...changes }));
  place.value = read();
}
