import { join } from 'node:path';
import type { Detection } from '../detect/detection.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import { type AlertCounts, type StateLog, type StoredAlert, uuidv7At } from '../store/index.ts';
import { type Alert, severityOf, toCounts, toStored } from './alert.ts';
import { AlertBook } from './book.ts';
import type { Change } from './change.ts';
import { Commits } from './commits.ts';
import { DeliveryQueue } from './deliver/queue.ts';
import { detectionId } from './detection-id.ts';
import { checkpoint, type Ledger, openJournal } from './ledger.ts';
import type { Notification } from './notification.ts';
import type { AlertFigures, AlertManagerOptions } from './options.ts';
import { Projection } from './projection.ts';
import { Outcome, type Raised } from './raised.ts';
import type { DeadLetter, JournalRecord } from './record.ts';
import { type EntityRisk, RiskLedger } from './risk.ts';
import { riskDetection, riskRuleId } from './risk-alert.ts';
import { RouteTree } from './route.ts';
import type { NewSilence, Silence } from './silence.ts';
import { Silencing } from './silencing.ts';

const noRisk = { highest: 0, crossed: [] };

/**
 * From detections to somebody who knows: counts them into alerts, groups, silences and routes those, and delivers
 * messages at least once. `raise` answers when the outbox is on disk; store and receivers follow in their own time.
 */
export class AlertManager implements AsyncDisposable {
  readonly #book: AlertBook;
  readonly #ledger: Ledger;
  readonly #risks: RiskLedger;
  readonly #journal: StateLog;
  readonly #commits: Commits;
  readonly #silencing: Silencing;
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
    { ledger, journal }: { ledger: Ledger; journal: StateLog },
  ) {
    this.#ledger = ledger;
    this.#book = ledger.book;
    this.#risks = ledger.risks;
    this.#journal = journal;
    this.#commits = new Commits(
      journal,
      {
        taken: ({ notifications }) => {
          for (const notification of notifications) ledger.undelivered.set(notification.key, notification);
        },
        durable: (change) => this.#durable(change),
        failed: (change, later) => this.#takeBack(change, later),
      },
      options.journal?.maxWaiting,
    );
    this.#now = options.now ?? Date.now;
    this.#minSeverity = severityOf(options.minLevel ?? 'low');
    this.#maxDeadLetters = options.maxDeadLetters ?? 1_000;
    this.#onChanged = options.onChanged;
    this.#silencing = new Silencing({
      silences: this.#book.silences,
      commits: this.#commits,
      store: options.store,
      everyMs: options.silencesEveryMs ?? 5_000,
    });
    this.#projection =
      options.store &&
      new Projection(
        options.store,
        options.storeEveryMs ?? 200,
        {
          stored: (id) => this.alert(id),
          counts: (id) => this.#counts(id),
        },
        (ids) => this.#onChanged?.(ids),
      );
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
    const { sharedAs, store, dataFolder } = options;
    if (sharedAs !== undefined && !store) throw invalidArgument('store', 'given where sharedAs is');
    const journal = await openJournal(
      store && sharedAs !== undefined
        ? { records: store.records, name: sharedAs }
        : { ...options.journal, folder: join(dataFolder, 'outbox') },
      ledger,
    );
    const manager = new AlertManager(options, { ledger, journal });
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
   *   `WOLFSEC_LIMIT_EXCEEDED` where too many detections wait for the disk already.
   */
  raiseAll(detections: readonly Detection[]): Promise<Raised> {
    const outcome = new Outcome(this.#stored);
    try {
      const nowMs = this.#now();
      const change = this.#gather();
      const before = change.notifications.length;
      for (const detection of detections) this.#count(detection, nowMs, change, outcome);
      outcome.notifications = change.notifications.length - before;
    } catch (error) {
      void this.#commits.commit();
      return Promise.reject(error);
    }
    return this.#commits.commit().then(() => outcome);
  }

  /** Marks an alert as seen by somebody: no repeats, no updates unless it escalates. `undefined` where it is not open. */
  async acknowledge(id: string, by: string, note?: string): Promise<StoredAlert | undefined> {
    if (!this.#book.acknowledge(id, by, note, this.#now(), this.#gather())) return undefined;
    await this.#commits.commit();
    return this.alert(id);
  }

  /** Ends an alert; the next detection of the kind opens a new one. `undefined` where there is none or it has ended. */
  async resolve(id: string, by: string, note?: string): Promise<StoredAlert | undefined> {
    if (!this.#book.resolve(id, by, note, this.#now(), this.#gather())) return undefined;
    await this.#commits.commit();
    return this.alert(id);
  }

  /**
   * Holds matching alerts back, here at once and in every other process on the same store within `silencesEveryMs`.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for matchers or times that cannot be.
   */
  async silence(silence: NewSilence): Promise<Silence> {
    this.#gather();
    return this.#silencing.make(silence, this.#now());
  }

  /** Ends a silence before its time; `false` where there is none. */
  async unsilence(id: string): Promise<boolean> {
    this.#gather();
    return this.#silencing.end(id, this.#now());
  }

  /** Silences that hold now or are to come. */
  silences(): Silence[] {
    return this.#book.silences.list(this.#now());
  }

  /** Open and acknowledged alerts, and those resolved of late. */
  alerts(): StoredAlert[] {
    return Array.from(this.#book.alerts.values(), this.#stored);
  }

  /**
   * The alert of an id as it stands; `undefined` once it was resolved and forgotten, then the store has it.
   */
  alert(id: string): StoredAlert | undefined {
    const alert = this.#book.alerts.get(id);
    return alert && this.#stored(alert);
  }

  /** The risk of an entity now, e.g. `host:db1`, `user:ann`, `address:192.0.2.1`. */
  riskOf(entity: string): number {
    return this.#risks.of(entity, this.#now());
  }

  /** Entities by their risk now, the highest first. */
  topRisks(limit?: number): EntityRisk[] {
    return this.#risks.top(this.#now(), limit);
  }

  /**
   * Notifications that a receiver refused for good or too often; kept over restarts until they are
   * redelivered.
   */
  deadLetters(): DeadLetter[] {
    return [...this.#ledger.deadLetters.values()];
  }

  /** Tries a dead letter again, under its old key; `false` where there is none. */
  async redeliver(key: string): Promise<boolean> {
    const letter = this.#ledger.deadLetters.get(key);
    const queue = letter && this.#queues.get(letter.notification.receiver);
    if (!letter || !queue) return false;
    const { deadLetters, undelivered } = this.#ledger;
    deadLetters.delete(key);
    undelivered.set(key, letter.notification);
    try {
      await this.#append({ y: [key], n: [letter.notification] });
    } catch (error) {
      // Not on disk, so not on its way: it stays what it was.
      undelivered.delete(key);
      deadLetters.set(key, letter);
      throw error;
    }
    queue.add({ ...letter.notification });
    return true;
  }

  /** Looks at the clock: what went quiet is resolved, what is due is told. Runs by itself every `tickMs`. */
  async tick(): Promise<void> {
    const nowMs = this.#now();
    this.#silencing.tick(nowMs);
    this.#book.tick(nowMs, this.#gather());
    await this.#commits.commit();
    const gone = this.#book.sweep((id) => this.#projection?.waitsFor(id) ?? false);
    if (gone.length > 0) await this.#append({ z: gone });
  }

  /** Resolves once the store has every alert as it is now; waits as long as the store is away. */
  async stored(): Promise<void> {
    await this.#projection?.flush();
  }

  /** Resolves when the store has everything and nothing waits to be delivered. */
  async flush(): Promise<void> {
    await this.#silencing.settled();
    await this.#projection?.flush();
    for (const queue of this.#queues.values()) await queue.idle();
  }

  /** Counts since the start, and what waits now, by receiver. */
  figures(): AlertFigures {
    const { book, undelivered, deadLetters } = this.#ledger;
    return {
      ...book.figures,
      ...book.groups.figures,
      open: book.open,
      groups: book.groups.byKey.size,
      raised: this.#raised,
      undelivered: undelivered.size,
      deadLetters: deadLetters.size,
      storeWaiting: (this.#projection?.waiting ?? 0) + this.#silencing.waiting,
      storeFailures: (this.#projection?.failures ?? 0) + this.#silencing.failures,
      journalWaiting: this.#commits.waiting + this.#journal.waiting,
      receivers: Object.fromEntries([...this.#queues].map(([name, queue]) => [name, queue.figures()])),
    };
  }

  /** Ends deliveries under way, gives the store up to `graceMs`, and closes. What is left goes on after the next start. */
  async close(graceMs = 5_000): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const closed = await Promise.allSettled(Array.from(this.#queues.values(), (queue) => queue.close()));
    await this.#silencing.settled();
    await this.#projection?.close(graceMs);
    await this.#checkpoint;
    await this.#journal.close();
    // A receiver that does not let go is told of, once the outbox is let go of all the same.
    for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** As {@link close} with its default span. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(tickMs: number | false): void {
    this.#book.rebuild(this.#now());
    this.#journal.onSegment = (segment) => this.#writeCheckpoint(segment);
    this.#writeCheckpoint(this.#journal.segment);
    this.#projection?.all(this.#book.alerts.keys());
    for (const notification of this.#ledger.undelivered.values()) this.#enqueue(notification);
    if (tickMs !== false) {
      // A failed tick has been told to the callers of raise as well, and the next one tries again.
      this.#timer = setInterval(() => void this.tick().catch(() => {}), tickMs).unref();
    }
  }

  #gather(): Change {
    if (this.#closed) throw new WolfsecError('WOLFSEC_DISPOSED', 'the AlertManager is closed');
    return this.#commits.gather();
  }

  #count(detection: Detection, nowMs: number, change: Change, outcome: Outcome): void {
    if (severityOf(detection.level) < this.#minSeverity) return;
    const id = detectionId(detection) ?? uuidv7At(nowMs);
    if (this.#book.counted(id)) return;
    const { highest, crossed } =
      detection.ruleId === riskRuleId ? noRisk : this.#risks.add(detection, nowMs, change.risks);
    outcome.count(this.#book.raise(detection, id, highest, nowMs, change));
    for (const risk of crossed) this.#count(riskDetection(risk), nowMs, change, outcome);
  }

  /** A change is on disk: receivers and store may know. */
  #durable(change: Change): void {
    this.#raised += change.seen.length;
    for (const notification of change.notifications) this.#enqueue(notification);
    if (this.#projection) this.#projection.changed(change);
    else this.#onChanged?.(idsOf(change));
  }

  #takeBack(change: Change, later: Change): void {
    this.#book.undo(change, later);
    this.#risks.undo(change.risks);
    for (const { key } of change.notifications) this.#ledger.undelivered.delete(key);
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

  /** What of an alert the store lacks, unless that may be more than its counts. */
  #counts(id: string): AlertCounts | undefined {
    const alert = this.#book.alerts.get(id);
    return alert && !this.#commits.holds(alert) ? toCounts(alert) : undefined;
  }

  readonly #stored = (alert: Alert): StoredAlert => toStored(alert, this.#book.groups.keyOf(alert));
}

function* idsOf({ touched, written }: Change): Generator<string> {
  for (const { id } of touched.keys()) yield id;
  for (const alert of written) if (!touched.has(alert)) yield alert.id;
}
