import { fitsPath } from './exclusions.ts';

/**
 * The path of a request target as routers read it: without the scheme and host that a client may put before it (RFC 9112
 * section 3.2.2), and letters, digits and `-._~` as themselves however they are spelt (RFC 3986 section 6.2.2.2).
 */
export function pathOf(url: string): string {
  const question = url.indexOf('?');
  const target = question < 0 ? url : url.slice(0, question);
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '') || '/';
  if (!path.includes('%')) return path;
  return path.replace(/%[2-7][\da-f]/gi, (spelt) => {
    const letter = String.fromCharCode(Number.parseInt(spelt.slice(1), 16));
    return /[\w.~-]/.test(letter) ? letter : spelt;
  });
}

/**
 * Whether a route's rule is for a path. Case and a slash at the end do not count: many routers pass over them, and nobody
 * shall get around a rule by them.
 */
export function fitsRoute(named: string, path: string): boolean {
  return fitsPath(plain(named), plain(path));
}

const plain = (path: string) => path.toLowerCase().replace(/(?<=.)\/$/, '');
