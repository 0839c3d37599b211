import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { packBundle } from './bundle.ts';
import type { CompileRequest } from './compile-apart.ts';
import { sourcesOf } from './rule-text.ts';

/** Compiles one set of rules and ends. */
const { text, options } = workerData as CompileRequest;
const packed = packBundle(sourcesOf(text), options);
(parentPort as MessagePort).postMessage(packed, [packed.buffer]);
