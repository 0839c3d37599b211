// The main job, end to end: the service on this machine, with the samples played to it as though they happened now.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backend } from '../src/backend/select.ts';
import { starterRules } from '../src/cli/paths.ts';
import { replay } from '../src/cli/replay/replay.ts';
import { findInputs } from '../src/cli/scan/inputs.ts';
import { openService, readConfig, type Service } from '../src/server/index.ts';

/** Events a second: enough to see something at once, slow enough to follow. */
const rate = 60;
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// Where the install ran no scripts, the page is built now.
if (!existsSync(path('../dist/dashboard/index.html'))) await import('./build-dashboard.ts');

// What is played is nobody's data: it goes when the service does.
const data = await mkdtemp(join(tmpdir(), 'wolfsec-start-'));
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  const service = await open();
  const { name, target, reason } = backend();
  console.log(`Back end in use: ${name} (${target ?? reason})`);
  const { rules, correlations } = service.pipeline.detector;
  const count = rules.length + correlations.length;
  console.log(`${count} rules; the samples are played at ${rate} events a second.`);
  console.log(`\n  Dashboard: ${service.url}/#/sign-in/${await service.users.link()}\n`);
  console.log('The link signs in once, within ten minutes. Ctrl-C ends it all.');
  await replay(findInputs([path('../samples')]), {
    url: service.url,
    rate,
    times: Number.POSITIVE_INFINITY,
    now: true,
    signal: stop.signal,
  }).finally(() => service.close());
} finally {
  await rm(data, { recursive: true, force: true });
}
console.log('\nstopped');

/** On the usual port, or on any other where that is taken. */
async function open(): Promise<Service> {
  const flags = { data, feeds: [path('start/blocklist.txt')] };
  const options = { rules: [starterRules], onError: (error: unknown) => console.error(error) };
  try {
    return await openService({ ...options, config: readConfig({ flags }) });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    return openService({ ...options, config: readConfig({ flags: { ...flags, port: 0 } }) });
  }
}
