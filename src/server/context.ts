import type { AlertManager } from '../alert/index.ts';
import type { ApiKeys } from '../auth/index.ts';
import type { Registry } from '../metrics/index.ts';
import type { IngestPipeline } from '../pipeline/index.ts';
import type { Store } from '../store/index.ts';
import type { ServeConfig } from './config.ts';

/** What the routes work with. */
export interface ServerContext {
  readonly config: ServeConfig;
  readonly pipeline: IngestPipeline;
  readonly alerts: AlertManager;
  readonly store: Store;
  readonly registry: Registry;
  /** Missing where this machine's own clients are let in without one. */
  readonly keys?: ApiKeys;
  /** Told of what failed inside, since the answer tells nothing. */
  readonly onError: (error: unknown) => void;
}
