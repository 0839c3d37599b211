import type { AlertManager } from '../alert/index.ts';
import type { Registry } from '../metrics/index.ts';
import type { IngestPipeline } from '../pipeline/index.ts';
import type { Reputation } from '../reputation/index.ts';
import type { Store } from '../store/index.ts';
import type { Credentials } from './access.ts';
import type { AllowList } from './allow-list.ts';
import type { ServeConfig } from './config.ts';
import type { EngineWatch } from './live/figures.ts';
import type { AlertStream } from './live/stream.ts';
import type { RuleBook } from './rule-book.ts';

/** What the routes work with. */
export interface ServerContext extends Credentials {
  readonly config: ServeConfig;
  readonly pipeline: IngestPipeline;
  readonly alerts: AlertManager;
  readonly store: Store;
  readonly registry: Registry;
  readonly reputation: Reputation;
  readonly allowList: AllowList;
  readonly rules: RuleBook;
  readonly watch: EngineWatch;
  readonly stream: AlertStream;
  /** Told of what failed inside, since the answer tells nothing. */
  readonly onError: (error: unknown) => void;
}
