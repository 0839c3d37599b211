import type { Detection } from '../detect/detection.ts';
import type { JournalOptions, Store } from '../store/index.ts';
import type { BookOptions } from './book.ts';
import type { DeliveryFigures, DeliveryOptions } from './deliver/queue.ts';
import type { Receiver } from './deliver/receiver.ts';
import type { RiskOptions } from './risk.ts';
import type { Route } from './route.ts';

/** Settings of {@link AlertManager}. */
export interface AlertManagerOptions extends Omit<BookOptions, 'routes'> {
  /** Folder of the durable outbox; `outbox` is made in it. One process at a time. */
  readonly dataFolder: string;
  /**
   * Keeps the outbox in `store` under this name instead, so that another machine can carry on exactly where this one
   * ended. Of two that try at once, one fails with `WOLFSEC_STORE_CONFLICT`.
   */
  readonly sharedAs?: string;
  readonly receivers: Readonly<Record<string, Receiver>>;
  /** Default: everything to the only receiver. */
  readonly route?: Route;
  /** Where alerts are put for queries. Default: nowhere. The caller closes it. */
  readonly store?: Store;
  /** Detections below this level raise no alert. Default `low`. */
  readonly minLevel?: Detection['level'];
  readonly risk?: RiskOptions;
  /** How messages are delivered, for all receivers or by receiver. */
  readonly delivery?: DeliveryOptions;
  readonly deliveryOf?: Readonly<Record<string, DeliveryOptions>>;
  /** How often the clock is looked at, in milliseconds; `false` for never: call `tick`. Default 1,000. */
  readonly tickMs?: number | false;
  /**
   * How long changes gather before they go to the store, in milliseconds; counts and risks five times as long, and up to
   * 25 times where writing them would take more than a hundredth of the time. Default 200.
   */
  readonly storeEveryMs?: number;
  /**
   * How often the store is asked for silences that other processes made or ended, in milliseconds: the longest that
   * it takes one process to learn of another's, one `tickMs` and one query aside. Default 5,000.
   */
  readonly silencesEveryMs?: number;
  readonly journal?: Omit<JournalOptions, 'folder'>;
  /** Dead letters kept at most; the oldest goes. Default 1,000. */
  readonly maxDeadLetters?: number;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /**
   * Told of alerts that changed, for those who watch: once queries of the store find them so, and without a store once
   * that is durable. Must return at once.
   */
  readonly onChanged?: (alertIds: Iterable<string>) => void;
}

/** How an {@link AlertManager} stands. */
export interface AlertFigures {
  readonly open: number;
  readonly groups: number;
  readonly raised: number;
  readonly duplicates: number;
  readonly suppressed: number;
  readonly throttled: number;
  readonly evicted: number;
  readonly undelivered: number;
  readonly deadLetters: number;
  /** Alerts and risks that the store has yet to take. */
  readonly storeWaiting: number;
  readonly storeFailures: number;
  /** Detections and records that wait for the disk. */
  readonly journalWaiting: number;
  readonly receivers: Readonly<Record<string, DeliveryFigures>>;
}
