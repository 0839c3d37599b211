import { type FSWatcher, watch } from 'node:fs';
import { starterRules } from './paths.ts';

/** How long files have to be still before they are read: editors and deployments write several at once. */
const settleMs = 500;

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
  const watchers: FSWatcher[] = [];
  for (const path of rules.length > 0 ? rules : [starterRules]) {
    const folder = path.replace(/[^/\\]*[*?{[].*$/, '') || '.';
    try {
      const watcher = watch(folder, { recursive: true }, () => {
        clearTimeout(timer);
        timer = setTimeout(changed, settleMs);
      });
      watchers.push(watcher.on('error', onError));
    } catch (error) {
      onError(error);
    }
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
