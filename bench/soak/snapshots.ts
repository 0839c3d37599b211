import { readFileSync } from 'node:fs';
import { writeHeapSnapshot } from 'node:v8';
import { retained } from '../../scripts/profile/snapshot.ts';
import { profilePath } from '../../scripts/profile/target.ts';

/** Writes the heap beside the profiles, for DevTools and {@link grown}; gives its path. Takes about a second. */
export function snapshot(name: 'early' | 'late'): string {
  return writeHeapSnapshot(profilePath(`soak-${name}.heapsnapshot`));
}

export interface Growth {
  readonly name: string;
  readonly bytes: number;
  readonly count: number;
}

/** What the later snapshot has more of, by kind of object, most first. */
export function grown(early: string, late: string): Growth[] {
  const before = new Map(kinds(early).map((kind) => [kind.name, kind]));
  return kinds(late)
    .map(({ name, bytes, count }) => {
      const was = before.get(name);
      return { name, bytes: bytes - (was?.bytes ?? 0), count: count - (was?.count ?? 0) };
    })
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
}

const kinds = (path: string) => retained(readFileSync(path, 'utf8'));
