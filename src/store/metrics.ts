import { defaultRegistry, type Registry, watchPool } from '../metrics/index.ts';
import type { PoolFigures } from './engine.ts';

/** Shows a store's connections in the registry as `wolfsec_store_pool_…`; gives a function that ends it. */
export function observePool(
  store: { pool(): PoolFigures; readonly dialect: string },
  registry: Registry = defaultRegistry(),
): () => void {
  return watchPool(registry, 'wolfsec_store', store.dialect, () => store.pool());
}
