export { Forwarder, type ForwarderOptions } from './forward.ts';
export { type AlertMessage, alertMessage, eventsPerMessage } from './messages.ts';
export { startWorker, type Worker, type WorkerOptions } from './worker.ts';
