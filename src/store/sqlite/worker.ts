import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Database } from './database.ts';
import type { Failure, Reply, Request, ThreadOptions } from './protocol.ts';

const port = parentPort as MessagePort;
const options = workerData as ThreadOptions;
const database = new Database(options);

/** Requests that share one commit at most: bounds how long the first waits for the last. */
const maxGroup = 512;

port.on('message', (first: Request[]) => {
  let pending = first;
  for (;;) {
    // Group commit: whatever has queued up meanwhile shares one transaction.
    while (pending.length < maxGroup) {
      const more = receiveMessageOnPort(port) as { message: Request[] } | undefined;
      if (!more) break;
      pending = pending.concat(more.message);
    }
    if (pending.length === 0) return;
    port.postMessage(serve(pending));
    pending = [];
  }
});

function serve(requests: readonly Request[]): Reply[] {
  if (options.readOnly) return requests.map((request) => attempt(request));
  const closing = requests.filter(({ kind }) => kind === 'close');
  const working = requests.filter(({ kind }) => kind !== 'close');
  const replies = working.length > 0 ? commit(working) : [];
  return closing.length > 0 ? [...replies, ...closing.map((request) => attempt(request))] : replies;
}

/** All requests in one transaction, each behind a savepoint so that one can fail alone. */
function commit(requests: readonly Request[]): Reply[] {
  try {
    database.exec('begin immediate');
    const replies = requests.map((request) =>
      requests.length === 1 ? attempt(request) : behindSavepoint(request),
    );
    const alone = replies.length === 1 && 'failure' in (replies[0] as Reply);
    if (alone) rollback();
    else database.exec('commit');
    return replies;
  } catch (error) {
    // A full disk or a failed write ends the whole transaction: nothing of this group is stored.
    rollback();
    return requests.map(({ id }) => ({ id, failure: failureOf(error) }));
  }
}

function behindSavepoint(request: Request): Reply {
  database.exec('savepoint request');
  const reply = attempt(request);
  if ('failure' in reply) backToSavepoint(reply.failure);
  database.exec('release request');
  return reply;
}

/** Where the failure has ended the whole transaction there is no savepoint either: then it is everybody's failure. */
function backToSavepoint({ message, errcode }: Failure): void {
  try {
    database.exec('rollback to request');
  } catch {
    throw Object.assign(new Error(message), { errcode });
  }
}

function attempt(request: Request): Reply {
  const { id } = request;
  try {
    if (request.kind === 'run') return { id, results: request.statements.map((one) => database.run(one)) };
    if (request.kind === 'insert') return { id, inserted: database.insert(request.target, request.values) };
    if (request.kind === 'update') return { id, untouched: database.update(request.target, request.values) };
    database.close();
    return { id, inserted: 0 };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

function rollback(): void {
  try {
    database.exec('rollback');
  } catch {
    // SQLite has rolled back by itself already; there is no transaction left to end.
  }
}

function failureOf(error: unknown): Failure {
  const { message, errcode } = error as { message?: string; errcode?: number };
  return { message: String(message ?? error), ...(errcode === undefined ? {} : { errcode }) };
}
