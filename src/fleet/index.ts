export { Forwarder } from './forward.ts';
export { startWorker, type Worker } from './worker.ts';
