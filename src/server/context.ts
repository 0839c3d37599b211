import type { AlertManager } from '../alert/index.ts';
import type { RateLimiter } from '../http/index.ts';
import type { Registry } from '../metrics/index.ts';
import type { IngestPipeline } from '../pipeline/index.ts';
import type { Reputation } from '../reputation/index.ts';
import type { Store, StoreHealth } from '../store/index.ts';
import type { Credentials } from './access.ts';
import type { AllowList } from './allow-list.ts';
import type { ServeConfig } from './config.ts';
import type { EngineWatch } from './live/figures.ts';
import type { AlertStream } from './live/stream.ts';
import type { RuleBook } from './rule-book.ts';

/** What doors put events into: the pipeline, or the broker before a fleet. */
export type Intake = Pick<IngestPipeline, 'take' | 'hasRoom' | 'figures'>;

/** What doors and operations work with. */
export interface DoorContext extends Credentials {
  readonly config: ServeConfig;
  readonly pipeline: Intake;
  readonly registry: Registry;
  /** What must answer before the service is ready: the store, or the broker before a fleet. */
  readonly store: { health(): Promise<Pick<StoreHealth, 'ok' | 'reason'>> };
  /** Missing where requests are not counted. */
  readonly limiter?: RateLimiter;
  /** What works worse than it should, though the service is ready; names nothing, since anybody may ask. */
  readonly degraded?: () => { readonly degraded?: string };
  /** Told of what failed inside, since the answer tells nothing. */
  readonly onError: (error: unknown) => void;
}

/** What the routes work with. */
export interface ServerContext extends DoorContext {
  readonly pipeline: IngestPipeline;
  readonly alerts: AlertManager;
  readonly store: Store;
  readonly reputation: Reputation;
  readonly allowList: AllowList;
  readonly rules: RuleBook;
  readonly watch: EngineWatch;
  readonly stream: AlertStream;
}
