import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { starterRules } from './paths.ts';

/** How long files have to be still before they are read: editors and deployments write several at once. */
const settleMs = 500;
/** How deep folders may nest, so that links that lead in circles come to an end. */
const maxFolderDepth = 40;

/**
 * Calls `changed` when files of rules have changed and are still again; gives a function that ends it. Of a glob, the
 * folder before its first wildcard is watched.
 */
export function watchRules(
  rules: readonly string[],
  changed: () => void,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watchers: FSWatcher[] = [];
  const touched = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Anew, since folders may have come or others taken their places; before reading, so that no change is missed.
      look();
      changed();
    }, settleMs);
  };
  const look = () => {
    const before = watchers;
    watchers = [];
    for (const path of rules.length > 0 ? rules : [starterRules]) {
      try {
        for (const each of watched(path)) watchers.push(each(touched).on('error', onError));
      } catch (error) {
        onError(error);
      }
    }
    for (const watcher of before) watcher.close();
  };
  look();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

type Watch = (touched: () => void) => FSWatcher;

/**
 * Folders alone: a file that another takes the place of, as editors and deployments do it, is not followed by name. Each
 * by itself, since on Linux Node's own recursion watches files.
 */
function watched(path: string): Watch[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    const folder = path.replace(/[^/\\]*[*?{[].*$/, '') || '.';
    return foldersOf(folder).map((each) => (touched) => watch(each, touched));
  }
  return [
    (touched) =>
      watch(dirname(path), (_, name) => {
        // Kubernetes swaps a link beside the files of a ConfigMap.
        if (name === null || name === basename(path) || name === '..data') touched();
      }),
  ];
}

/** A folder and those below it, hidden ones left out. */
function foldersOf(folder: string, depth = 0): string[] {
  if (depth > maxFolderDepth) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()),
  );
  const folders = below
    .map((entry) => join(folder, entry.name))
    .filter((each) => statSync(each, { throwIfNoEntry: false })?.isDirectory());
  return [folder, ...folders.flatMap((each) => foldersOf(each, depth + 1))];
}
