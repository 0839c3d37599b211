import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type CompileOptions, compileFeed } from './compile.ts';

/** Parses one feed and ends: a list of a million lines must not hold up the event loop. */
const port = parentPort as MessagePort;
const { text, options } = workerData as { text: string; options: CompileOptions };
try {
  const compiled = compileFeed(text, options);
  // A copy of its own: a pooled buffer cannot change hands.
  const tables = { ...compiled, addresses: new Uint8Array(compiled.addresses) };
  const buffers = [
    tables.addresses,
    tables.domains.keys,
    tables.domains.notes,
    tables.hashes.keys,
    tables.hashes.notes,
  ];
  port.postMessage({ tables }, [...new Set(buffers.map(({ buffer }) => buffer as ArrayBuffer))]);
} catch (error) {
  port.postMessage({ failure: (error as Error).message });
}
