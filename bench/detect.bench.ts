import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { gunzipSync } from 'node:zlib';
import type { RuleEngine } from '../src/backend/contract/rule.ts';
import { packBundle, unpackBundle } from '../src/detect/bundle.ts';
import { ThreatDetector } from '../src/detect/index.ts';
import { splitLines } from '../src/detect/split.ts';
import { readRuleSources } from '../src/rule/index.ts';
import { sharedData } from '../test/shared-data.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();
const everyStatus = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
const recognised = new Uint32Array(0);

const corpus = sharedData('sigma');
const sample = sharedData('events/otrf-sample.ndjson.gz');
const starter = new URL('../rules', import.meta.url).pathname;
const rulePaths = corpus
  ? ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map((name) => `${corpus}/${name}`)
  : [starter];

const sources = await readRuleSources(rulePaths);
const { program } = unpackBundle(packBundle(sources, { statuses: everyStatus }));
const engines: Record<string, RuleEngine | undefined> = {
  native: native?.rule.compileRules(program),
  portable: portable.rule.compileRules(program),
};

const mixed = sample ? gunzipSync(readFileSync(sample)) : madeUp((i) => `value ${i % 400}`, 5000);
const lines = mixed.toString('utf8').trimEnd().split('\n');
const processes = Buffer.from(lines.filter((line) => isProcessCreation(line)).join('\n'));
/** Process creations whose values never repeat: the cache is of no use. */
const everNew = madeUp((i) => `${i.toString(36)}-${(i * 2_654_435_761) % 4_294_967_296}`, 20_000);

function isProcessCreation(line: string): boolean {
  return /"EventID":(1|4688)\b/.test(line) && /Sysmon\/Operational|"Security"/.test(line);
}

function madeUp(value: (i: number) => string, count: number): Buffer {
  const events = Array.from({ length: count }, (_, i) => ({
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    UtcTime: new Date(1.7e12 + i).toISOString(),
    Image: `C:\\Program Files\\Vendor ${value(i)}\\tool-${value(i + 1)}.exe`,
    CommandLine: `"C:\\Program Files\\Vendor ${value(i)}\\tool.exe" --config ${value(i + 2)} --level ${value(i + 3)}`,
    ParentImage: `C:\\Windows\\System32\\host-${value(i + 4)}.exe`,
    ParentCommandLine: `host.exe -k ${value(i + 5)}`,
    CurrentDirectory: `C:\\Users\\${value(i + 6)}\\`,
    User: `EXAMPLE\\${value(i + 7)}`,
    OriginalFileName: `tool-${value(i + 8)}.exe`,
    Hashes: `SHA256=${value(i + 9)}`,
  }));
  return Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
}

const countOf = (batch: Buffer) =>
  portable.rule.compileRules(program).evaluate(batch, batch.length, recognised).events;

export default suite('detect', async (s) => {
  s.note(
    `${sources.length} rule files (${corpus ? 'the public corpus' : 'the starter rules'}), ${lines.length} events`,
  );

  const batches: [string, Buffer][] = [
    ['mixed Windows events', mixed],
    ...(processes.length > 0 ? ([['process creations alone', processes]] as [string, Buffer][]) : []),
    ['process creations that never repeat', everNew],
  ];
  for (const [name, batch] of batches) {
    const run = (engine: RuleEngine) => () =>
      Array.from(engine.evaluate(batch, batch.length, recognised).hits);
    s.group(
      `${name}, one thread`,
      { bytes: Math.round(batch.length / countOf(batch)), opsPerCall: countOf(batch) },
      { native: engines.native && run(engines.native), portable: run(engines.portable!) },
    );
  }

  s.group(
    'decoding alone, mixed Windows events',
    { bytes: Math.round(mixed.length / lines.length), opsPerCall: lines.length },
    {
      native: engines.native && (() => engines.native!.decode(mixed)),
      portable: () => engines.portable!.decode(mixed),
    },
  );

  if (engines.native) {
    const engine = engines.native;
    const pieces = splitLines(mixed, Math.ceil(mixed.length / availableParallelism() / 4));
    s.group(
      `mixed Windows events off the main thread, ${availableParallelism()} cores`,
      { bytes: Math.round(mixed.length / lines.length), opsPerCall: lines.length },
      {
        native: async () => {
          const done = await Promise.all(pieces.map((piece) => engine.evaluateAsync(piece, recognised)));
          return done.reduce((sum, { hits }) => sum + hits.length, 0);
        },
      },
    );
  }

  const single = JSON.parse(lines.find(isProcessCreation) ?? (lines[0] as string)) as object;
  const detectors = {
    native:
      native && (await ThreatDetector.create({ rules: sources, backend: 'native', statuses: everyStatus })),
    portable: await ThreatDetector.create({ rules: sources, backend: 'portable', statuses: everyStatus }),
  };
  s.group(
    'detect(object)',
    { check: (found) => (found as { ruleId: string }[]).map(({ ruleId }) => ruleId) },
    {
      native: detectors.native && (() => detectors.native!.detect(single)),
      portable: () => detectors.portable.detect(single),
    },
  );
});
