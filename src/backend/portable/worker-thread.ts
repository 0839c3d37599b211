import { parentPort } from 'node:worker_threads';
import { type WorkerReply, type WorkerRequests, work } from './thread-work.ts';

interface Asked {
  readonly id: number;
  readonly operation: keyof WorkerRequests;
  readonly request: never;
}

parentPort?.on('message', ({ id, operation, request }: Asked) => {
  let reply: WorkerReply;
  try {
    reply = { id, result: work[operation](request) };
  } catch (error) {
    reply = { id, error: `${operation}: ${(error as Error).message}` };
  }
  parentPort?.postMessage(reply);
});
