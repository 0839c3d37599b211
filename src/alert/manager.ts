import { join } from 'node:path';
import type { Detection } from '../detect/detection.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import { type Journal, type JournalOptions, type Store, type StoredAlert, uuidv7 } from '../store/index.ts';
import { type Alert, severityOf, toStored } from './alert.ts';
import { AlertBook, type BookOptions, detectionId } from './book.ts';
import { Change } from './change.ts';
import { type DeliveryFigures, type DeliveryOptions, DeliveryQueue } from './deliver/queue.ts';
import type { Receiver } from './deliver/receiver.ts';
import { groupKeyOf } from './group.ts';
import { checkpoint, type Ledger, openJournal } from './ledger.ts';
import type { Notification } from './notification.ts';
import { Projection } from './projection.ts';
import { type DeadLetter, encodeChanges, type JournalRecord } from './record.ts';
import { type EntityRisk, RiskLedger, type RiskOptions } from './risk.ts';
import { type Route, RouteTree } from './route.ts';
import type { NewSilence, Silence } from './silence.ts';

export interface AlertManagerOptions extends Omit<BookOptions, 'routes'> {
  /** Folder of the durable outbox; `outbox` is made in it. One process at a time. */
  readonly dataFolder: string;
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
  /** How long changes gather before they go to the store, in milliseconds. Default 200. */
  readonly storeEveryMs?: number;
  readonly journal?: Omit<JournalOptions, 'folder'>;
  /** Dead letters kept at most; the oldest goes. Default 1,000. */
  readonly maxDeadLetters?: number;
  readonly now?: () => number;
  /** Told of alerts that changed, once that is durable: for those who watch. Must return at once. */
  readonly onChanged?: (alertIds: Iterable<string>) => void;
}

export interface Raised {
  /** The alerts that the detections belong to, as they now are. */
  readonly alerts: readonly StoredAlert[];
  /** Those of them that did not exist before. */
  readonly opened: readonly StoredAlert[];
  /** Detections counted; the others were counted before, or lie below `minLevel`. */
  readonly counted: number;
  /** Messages on their way because of them. */
  readonly notifications: number;
}

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
  readonly journalWaiting: number;
  readonly receivers: Readonly<Record<string, DeliveryFigures>>;
}

/**
 * From detections to somebody who knows: counts them into alerts, groups, silences and routes those, and delivers
 * messages at least once. `raise` answers when the outbox is on disk; store and receivers follow in their own time.
 */
export class AlertManager implements AsyncDisposable {
  readonly #book: AlertBook;
  readonly #routes: RouteTree;
  readonly #ledger: Ledger;
  readonly #risks: RiskLedger;
  readonly #journal: Journal;
  readonly #queues: ReadonlyMap<string, DeliveryQueue>;
  readonly #projection: Projection | undefined;
  readonly #minSeverity: number;
  readonly #maxDeadLetters: number;
  readonly #onChanged: AlertManagerOptions['onChanged'];
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #checkpoint: Promise<void> | undefined;
  #raised = 0;
  #closed = false;

  private constructor(
    options: AlertManagerOptions,
    parts: { routes: RouteTree; ledger: Ledger; journal: Journal },
  ) {
    this.#routes = parts.routes;
    this.#ledger = parts.ledger;
    this.#book = parts.ledger.book;
    this.#risks = parts.ledger.risks;
    this.#journal = parts.journal;
    this.#now = options.now ?? Date.now;
    this.#minSeverity = severityOf(options.minLevel ?? 'low');
    this.#maxDeadLetters = options.maxDeadLetters ?? 1_000;
    this.#onChanged = options.onChanged;
    this.#projection =
      options.store &&
      new Projection(options.store, options.storeEveryMs ?? 200, (id) => {
        const alert = this.#book.alerts.get(id);
        return alert && this.#stored(alert);
      });
    const outcomes = {
      delivered: (notification: Notification) => this.#delivered(notification),
      dead: (letter: DeadLetter) => this.#dead(letter),
      now: this.#now,
    };
    this.#queues = new Map(
      Object.entries(options.receivers).map(([name, receiver]) => {
        const delivery = { ...options.delivery, ...options.deliveryOf?.[name] };
        return [name, new DeliveryQueue(name, receiver, delivery, outcomes)];
      }),
    );
  }

  /**
   * Brings back what was open, silenced and undelivered, and goes on from there.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a route, matcher or receiver that cannot be,
   *   `WOLFSEC_STORE_UNAVAILABLE` where another process has the folder.
   */
  static async open(options: AlertManagerOptions): Promise<AlertManager> {
    const names = Object.keys(options.receivers);
    const route = options.route ?? (names.length === 1 ? { receiver: names[0] as string } : undefined);
    if (!route) throw invalidArgument('route', 'given where there is not exactly one receiver');
    const routes = new RouteTree(route, names);
    const ledger: Ledger = {
      book: new AlertBook({ ...options, routes }),
      risks: new RiskLedger(options.risk),
      undelivered: new Map(),
      deadLetters: new Map(),
    };
    const folder = join(options.dataFolder, 'outbox');
    const journal = await openJournal({ ...options.journal, folder }, ledger);
    const manager = new AlertManager(options, { routes, ledger, journal });
    manager.#start(options.tickMs ?? 1_000);
    return manager;
  }

  /** Counts one detection. Resolves when it is durable; a detection raised before changes nothing. */
  raise(detection: Detection): Promise<Raised> {
    return this.raiseAll([detection]);
  }

  /**
   * Counts a batch, durable together.
   *
   * @throws {WolfsecError} `WOLFSEC_STORE_FULL` where the disk is: nothing was counted, raise it again.
   */
  async raiseAll(detections: readonly Detection[]): Promise<Raised> {
    if (this.#closed) throw new WolfsecError('WOLFSEC_DISPOSED', 'the AlertManager is closed');
    const nowMs = this.#now();
    const changes: Change[] = [];
    for (const detection of detections) this.#count(detection, nowMs, changes);
    await this.#commit(changes);
    const alerts = new Set(changes.flatMap(({ touched }) => [...touched]));
    const opened = changes.flatMap((change) => [...change.opened]);
    return {
      alerts: [...alerts].map((alert) => this.#stored(alert)),
      opened: opened.map((alert) => this.#stored(alert)),
      counted: changes.length,
      notifications: changes.reduce((sum, { notifications }) => sum + notifications.length, 0),
    };
  }

  /** Marks an alert as seen by somebody: no repeats, no updates unless it escalates. `undefined` where it is not open. */
  async acknowledge(id: string, by: string, note?: string): Promise<StoredAlert | undefined> {
    return this.#act(id, this.#book.acknowledge(id, by, note, this.#now()));
  }

  /** Ends an alert; the next detection of the kind opens a new one. `undefined` where there is none or it has ended. */
  async resolve(id: string, by: string, note?: string): Promise<StoredAlert | undefined> {
    return this.#act(id, this.#book.resolve(id, by, note, this.#now()));
  }

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for matchers or times that cannot be. */
  async silence(silence: NewSilence): Promise<Silence> {
    const nowMs = this.#now();
    const made = this.#book.silences.make(uuidv7(nowMs), silence, nowMs);
    const change = new Change();
    change.silences.push(made);
    await this.#commit([change]);
    this.#book.silences.put(made);
    return made;
  }

  /** Ends a silence before its time; `false` where there is none. */
  async unsilence(id: string): Promise<boolean> {
    if (!this.#book.silences.get(id)) return false;
    const change = new Change();
    change.endedSilences.push(id);
    await this.#commit([change]);
    return this.#book.silences.remove(id);
  }

  silences(): Silence[] {
    return this.#book.silences.list(this.#now());
  }

  /** Open and acknowledged alerts, and those resolved of late. */
  alerts(): StoredAlert[] {
    return [...this.#book.alerts.values()].map((alert) => this.#stored(alert));
  }

  alert(id: string): StoredAlert | undefined {
    const alert = this.#book.alerts.get(id);
    return alert && this.#stored(alert);
  }

  /** The risk of an entity now, e.g. `host:db1`, `user:ann`, `address:192.0.2.1`. */
  riskOf(entity: string): number {
    return this.#risks.of(entity, this.#now());
  }

  topRisks(limit?: number): EntityRisk[] {
    return this.#risks.top(this.#now(), limit);
  }

  deadLetters(): DeadLetter[] {
    return [...this.#ledger.deadLetters.values()];
  }

  /** Tries a dead letter again, under its old key; `false` where there is none. */
  async redeliver(key: string): Promise<boolean> {
    const letter = this.#ledger.deadLetters.get(key);
    const queue = letter && this.#queues.get(letter.notification.receiver);
    if (!letter || !queue) return false;
    this.#ledger.deadLetters.delete(key);
    this.#ledger.undelivered.set(key, letter.notification);
    await this.#append({ y: [key], n: [letter.notification] });
    queue.add({ ...letter.notification });
    return true;
  }

  /** Looks at the clock: what went quiet is resolved, what is due is told. Runs by itself every `tickMs`. */
  async tick(): Promise<void> {
    await this.#commit([this.#book.tick(this.#now())]);
    const gone = this.#book.sweep((id) => this.#projection?.waitsFor(id) ?? false);
    if (gone.length > 0) await this.#append({ z: gone });
  }

  /** Resolves when the store has everything and nothing waits to be delivered. */
  async flush(): Promise<void> {
    await this.#projection?.flush();
    for (const queue of this.#queues.values()) await queue.idle();
  }

  figures(): AlertFigures {
    const { book, undelivered, deadLetters } = this.#ledger;
    const { duplicates, suppressed, throttled, evicted } = book.figures;
    return {
      open: [...book.alerts.values()].filter(({ status }) => status !== 'resolved').length,
      groups: book.groups.size,
      raised: this.#raised,
      duplicates,
      suppressed,
      throttled,
      evicted,
      undelivered: undelivered.size,
      deadLetters: deadLetters.size,
      storeWaiting: this.#projection?.waiting ?? 0,
      storeFailures: this.#projection?.failures ?? 0,
      journalWaiting: this.#journal.waiting,
      receivers: Object.fromEntries([...this.#queues].map(([name, queue]) => [name, queue.figures()])),
    };
  }

  /** Ends deliveries under way, gives the store up to `graceMs`, and closes. What is left goes on after the next start. */
  async close(graceMs = 5_000): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    for (const queue of this.#queues.values()) await queue.close();
    await this.#projection?.close(graceMs);
    await this.#checkpoint;
    await this.#journal.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(tickMs: number | false): void {
    this.#book.rebuild(this.#now());
    this.#journal.onSegment = (segment) => this.#writeCheckpoint(segment);
    this.#writeCheckpoint(this.#journal.segment);
    this.#projection?.changed(this.#book.alerts.keys());
    for (const notification of this.#ledger.undelivered.values()) this.#enqueue(notification);
    if (tickMs !== false) {
      // A failed tick has been told to the callers of raise as well, and the next one tries again.
      this.#timer = setInterval(() => void this.tick().catch(() => {}), tickMs).unref();
    }
  }

  #count(detection: Detection, nowMs: number, changes: Change[]): void {
    if (severityOf(detection.level) < this.#minSeverity) return;
    const change = this.#book.raise(detection, detectionId(detection) ?? uuidv7(nowMs), nowMs);
    if (!change) return;
    changes.push(change);
    if (detection.ruleId === riskRuleId) return;
    const { risks, crossed } = this.#risks.add(detection, nowMs);
    change.risks = risks;
    const highest = risks.reduce((most, { score }) => Math.max(most, score), 0);
    for (const alert of change.touched) alert.risk = highest;
    for (const risk of crossed) this.#count(riskDetection(risk), nowMs, changes);
  }

  async #act(id: string, change: Change | undefined): Promise<StoredAlert | undefined> {
    if (!change) return undefined;
    await this.#commit([change]);
    return this.alert(id);
  }

  /** Makes changes durable, then lets store and receivers know. */
  async #commit(changes: readonly Change[]): Promise<void> {
    const real = changes.filter((change) => !change.empty);
    if (real.length === 0) return;
    for (const { notifications } of real) {
      for (const notification of notifications) this.#ledger.undelivered.set(notification.key, notification);
    }
    try {
      await this.#journal.append(encodeChanges(real));
    } catch (error) {
      for (const change of real.toReversed()) {
        this.#book.undo(change);
        for (const { key } of change.notifications) this.#ledger.undelivered.delete(key);
      }
      throw error;
    }
    for (const change of real) {
      if (change.seen !== undefined) this.#raised++;
      for (const notification of change.notifications) this.#enqueue(notification);
      this.#projection?.changed(idsOf(change), change.risks);
      this.#onChanged?.(idsOf(change));
    }
  }

  #enqueue(notification: Notification): void {
    const queue = this.#queues.get(notification.receiver);
    if (queue) queue.add(notification);
    else {
      const reason = `there is no receiver ${notification.receiver} any more`;
      this.#dead({ notification, reason, attempts: 0, atMs: this.#now() });
    }
  }

  #delivered({ key }: Notification): void {
    this.#ledger.undelivered.delete(key);
    // Should this line be lost, the message is delivered once more under the same key.
    void this.#append({ k: [key] }).catch(() => {});
  }

  #dead(letter: DeadLetter): void {
    const { undelivered, deadLetters } = this.#ledger;
    const { key } = letter.notification;
    undelivered.delete(key);
    deadLetters.set(key, letter);
    const record: JournalRecord = { x: [letter] };
    if (deadLetters.size > this.#maxDeadLetters) {
      const oldest = deadLetters.keys().next().value as string;
      deadLetters.delete(oldest);
      record.y = [oldest];
    }
    void this.#append(record).catch(() => {});
  }

  #append(record: JournalRecord): Promise<void> {
    return this.#journal.append(JSON.stringify(record));
  }

  #writeCheckpoint(segment: number): void {
    // After the one under way: two at once would only write everything twice.
    const before = this.#checkpoint ?? Promise.resolve();
    this.#checkpoint = before
      .then(() => checkpoint(this.#journal, segment, this.#ledger, this.#now()))
      // Not complete: the older segments stay, and the next segment brings the next one.
      .catch(() => {});
  }

  #stored(alert: Alert): StoredAlert {
    const [branch] = this.#routes.branchesOf(alert.labels);
    return toStored(alert, branch ? groupKeyOf(branch, alert.labels) : '');
  }
}

function* idsOf({ touched, written }: Change): Generator<string> {
  for (const { id } of touched) yield id;
  for (const { id } of written) yield id;
}

/** Its alerts add no risk of their own. */
const riskRuleId = 'wolfsec.risk';

/** An entity whose risk has reached the threshold is itself something to tell. */
function riskDetection({ entity, score, atMs }: EntityRisk): Detection {
  const [kind = 'entity', ...rest] = entity.split(':');
  const field = kind === 'address' ? 'source.ip' : kind;
  return {
    kind: 'correlation',
    ruleId: riskRuleId,
    title: `Risk of ${kind} ${rest.join(':')} has reached ${Math.round(score)}`,
    level: 'high',
    tags: [],
    matched: [],
    eventTimeMs: atMs,
    event: { index: 0, id: `risk:${entity}:${atMs}` },
    entities: { [field]: rest.join(':') },
    correlation: { group: { entity }, count: Math.round(score), events: [] },
  };
}
