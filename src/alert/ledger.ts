import {
  Journal,
  type JournalOptions,
  SharedJournal,
  type SharedJournalOptions,
  type StateLog,
} from '../store/index.ts';
import type { AlertBook } from './book.ts';
import type { Notification } from './notification.ts';
import { type DeadLetter, groupOf, groupRecord, type JournalRecord } from './record.ts';
import type { RiskLedger } from './risk.ts';

/** What a restart brings back. */
export interface Ledger {
  readonly book: AlertBook;
  readonly risks: RiskLedger;
  /** Messages not delivered yet, by key. */
  readonly undelivered: Map<string, Notification>;
  readonly deadLetters: Map<string, DeadLetter>;
}

/** Opens the journal and brings everything back that it knows. */
export function openJournal(
  options: JournalOptions | SharedJournalOptions,
  ledger: Ledger,
): Promise<StateLog> {
  const visit = (line: string) => apply(JSON.parse(line) as JournalRecord, ledger);
  return 'records' in options ? SharedJournal.open(options, visit) : Journal.open(options, visit);
}

function apply(record: JournalRecord, { book, risks, undelivered, deadLetters }: Ledger): void {
  for (const id of record.d ?? []) if (!book.seen.has(id)) book.seen.add(id);
  for (const alert of record.a ?? []) book.restoreAlert(alert);
  for (const [id, count, lastMs, seenMs, version, risk] of record.t ?? []) {
    const alert = book.alerts.get(id);
    // Not known: its full state follows in the checkpoint that this line fell into.
    if (alert) Object.assign(alert, { count, lastMs, seenMs, version, risk });
  }
  for (const group of record.g ?? []) book.restoreGroup(groupOf(group));
  for (const [key, id] of record.p ?? []) book.groups.byKey.get(key)?.pending.add(id);
  for (const key of record.h ?? []) book.groups.byKey.delete(key);
  for (const [entity, score, atMs] of record.r ?? []) risks.restore({ entity, score, atMs });
  for (const silence of record.s ?? []) book.silences.put(silence);
  for (const id of record.q ?? []) book.silences.remove(id);
  for (const notification of record.n ?? []) undelivered.set(notification.key, notification);
  for (const key of record.k ?? []) undelivered.delete(key);
  for (const letter of record.x ?? []) {
    undelivered.delete(letter.notification.key);
    deadLetters.set(letter.notification.key, letter);
  }
  for (const key of record.y ?? []) deadLetters.delete(key);
  for (const id of record.z ?? []) book.forget(id);
}

/** Things in one line of a checkpoint: a line takes well under a millisecond to write down. */
const partSize = 100;

/**
 * Writes the whole state into the current segment, in parts between which other lines may come, then drops the
 * segments before it.
 */
export async function checkpoint(
  journal: StateLog,
  segment: number,
  ledger: Ledger,
  nowMs: number,
): Promise<void> {
  const { book, risks, undelivered, deadLetters } = ledger;
  const silences = () => book.silences.list(nowMs, true);
  const parts = [
    sliced([...book.alerts.keys()], (ids) => ({ a: found(ids, book.alerts) })),
    sliced([...book.groups.byKey.keys()], (keys) => ({
      g: found(keys, book.groups.byKey).map(groupRecord),
    })),
    sliced([...undelivered.keys()], (keys) => ({ n: found(keys, undelivered) })),
    sliced([...deadLetters.keys()], (keys) => ({ x: found(keys, deadLetters) })),
    sliced(
      silences().map(({ id }) => id),
      (ids) => ({ s: silences().filter(({ id }) => ids.includes(id)) }),
    ),
    sliced(risks.entities(), (names) => ({
      r: found(names, risks).map(({ entity, score, atMs }) => [entity, score, atMs]),
    })),
    sliced(book.seen.all(), (ids) => ({ d: ids.filter((id) => book.seen.has(id)) }), 2_000),
  ];
  for (const part of parts) {
    for (const line of part) {
      await journal.append(line);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await journal.append(JSON.stringify({ e: segment } satisfies JournalRecord));
  journal.dropBefore(segment);
}

/**
 * Lines that are written down when the disk takes them, as changes are, so that each holds the newest state and never
 * what a line before it has overtaken.
 */
function* sliced(
  all: readonly string[],
  record: (slice: readonly string[]) => JournalRecord,
  size = partSize,
): Generator<() => string> {
  for (let at = 0; at < all.length; at += size) {
    const slice = all.slice(at, at + size);
    yield () => JSON.stringify(record(slice));
  }
}

const found = <T>(keys: readonly string[], by: { get(key: string): T | undefined }): T[] =>
  keys.map((key) => by.get(key)).filter((one) => one !== undefined);
