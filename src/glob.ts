import { isAbsolute, sep } from 'node:path';
import { globSync } from 'tinyglobby';

/**
 * The files that a glob names. On Windows a backslash parts folders, which in globs would escape what follows, and a
 * path from here leads to no other drive.
 */
export function filesOfGlob(pattern: string): string[] {
  const absolute = sep === '\\' && isAbsolute(pattern);
  return globSync([sep === '\\' ? pattern.replaceAll('\\', '/') : pattern], { absolute });
}
