import { sep } from 'node:path';
import { globSync } from 'tinyglobby';

/** The files that a glob names. On Windows a backslash parts folders; in globs it would escape what follows. */
export function filesOfGlob(pattern: string): string[] {
  return globSync([sep === '\\' ? pattern.replaceAll('\\', '/') : pattern]);
}
