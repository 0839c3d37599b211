// npm run bench:memory [-- dist]: the resident memory of a detector over the public corpus (the starter rules where it
// is not at hand), started cold and out of the cache of compiled rules. `dist` for what users run, after `npm run build:ts`.
// Ends with 1 where the native back end ever takes more than the bound.
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { nativeAvailable } from '../../src/backend/select.ts';
import { sharedData } from '../../test/shared-data.ts';
import { describeEnvironment, environment } from '../harness/environment.ts';

/** What `child.mjs` is asked. */
interface Start {
  readonly detect: string;
  readonly rules: readonly string[];
  readonly events: string | undefined;
  readonly backend: 'native' | 'portable';
  readonly cacheFolder: string | undefined;
}

/** And what it tells: milliseconds and megabytes. */
interface Memory {
  readonly rules: number;
  readonly detections: number;
  readonly loadMs: number;
  readonly before: number;
  readonly loaded: number;
  readonly afterEvents: number;
  readonly atRest: number;
  readonly peak: number;
}

/** Megabytes that the corpus may take, events included. */
const boundMb = 300;

const root = new URL('../../', import.meta.url);
const detect = new URL(process.argv[2] === 'dist' ? 'dist/detect/index.js' : 'src/detect/index.ts', root)
  .href;
const corpus = sharedData('sigma');
const rules = corpus
  ? ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map((name) => join(corpus, name))
  : [fileURLToPath(new URL('rules', root))];
const sample = sharedData('events/otrf-sample.ndjson.gz');
const folder = mkdtempSync(join(tmpdir(), 'wolfsec-memory-'));
try {
  const events = sample && join(folder, 'events.ndjson');
  if (events) writeFileSync(events, gunzipSync(readFileSync(sample)));
  console.log(describeEnvironment(environment()));
  console.log('| | Rules | Detections | Load | Before | Loaded | After events | At rest | Peak |');
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|');
  for (const backend of nativeAvailable() ? (['native', 'portable'] as const) : (['portable'] as const)) {
    const cacheFolder = join(folder, backend);
    for (const [name, cache] of [
      ['cold', undefined],
      ['cold, cache written', cacheFolder],
      ['cached', cacheFolder],
    ] as const) {
      const memory = await measure({ detect, rules, events, backend, cacheFolder: cache });
      const { before, loaded, afterEvents, atRest, peak } = memory;
      const cells = [before, loaded, afterEvents, atRest, peak].map((mb) => `${Math.round(mb)} MB`);
      const counts = [memory.rules, memory.detections, `${Math.round(memory.loadMs)} ms`];
      console.log(`| ${[`${backend}, ${name}`, ...counts, ...cells].join(' | ')} |`);
      if (backend === 'native' && peak > boundMb) {
        console.error(`failed: more than ${boundMb} MB (${backend}, ${name})`);
        process.exitCode = 1;
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(start: Start): Promise<Memory> {
  const child = fork(fileURLToPath(new URL('./child.mjs', import.meta.url)), {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return new Promise((done, fail) => {
    child.once('message', (memory) => done(memory as Memory));
    child.once('exit', (code) => fail(new Error(`the run ended with ${code}`)));
    child.send(start);
  });
}
