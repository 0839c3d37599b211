import { existsSync, statSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { type Logsource, type RuleSource, readRuleSources, ThreatDetector } from '../../detect/index.ts';
import { textToNdjson } from '../../event/index.ts';
import { filesOfGlob } from '../../glob.ts';
import { type Expectation, type ExpectedEvent, readExpectations } from './expectations.ts';

/** Runs expectations; gives the exit code: 0 all met, 1 otherwise. */
export async function testRules(paths: readonly string[], print: (line: string) => void): Promise<number> {
  const sources = await readRuleSources(paths);
  const files = expectationFiles(paths);
  let [met, missed] = [0, 0];
  for (const file of files) {
    for (const failure of await failuresOf(await readExpectations(file), sources)) {
      missed++;
      print(`${file}: ${failure}`);
    }
    met++;
  }
  print(`${files.length} rules tested, ${missed} expectations not met`);
  return missed > 0 || met === 0 ? 1 : 0;
}

const isExpectation = (file: string) => /\.test\.ya?ml$/.test(file);

/** Those in the folders that paths name, and those beside the rules that they name. */
function expectationFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    const known = statSync(path, { throwIfNoEntry: false });
    if (known?.isDirectory())
      return globSync(['**/*.test.{yml,yaml}'], { cwd: path }).map((file) => `${path}/${file}`);
    const named = known ? [path] : filesOfGlob(path);
    return named.flatMap((file) => (isExpectation(file) ? [file] : besides(file)));
  });
  return [...new Set(found)].sort();
}

const besides = (rule: string) =>
  ['.test.yml', '.test.yaml'].map((end) => rule.replace(/\.ya?ml$/, end)).filter((file) => existsSync(file));

/** Each expectation starts with empty correlation windows, so it gets a detector of its own. */
async function failuresOf(expectation: Expectation, sources: readonly RuleSource[]): Promise<string[]> {
  const { rule, fires, silent } = expectation;
  const chosen = relatedSources(rule, sources);
  const failures: string[] = [];
  const run = async (events: readonly ExpectedEvent[], expected: boolean, name: string) => {
    using detector = await ThreatDetector.create({
      rules: chosen,
      statuses: ['stable', 'test', 'experimental', 'deprecated', 'unsupported'],
      now: () => 0,
    });
    const meta = [...detector.rules, ...detector.correlations].find((each) => each.id === rule);
    if (!meta) {
      failures.push(
        `the rule ${rule} does not load${detector.refused.map(({ message }) => `: ${message}`).join('')}`,
      );
      return;
    }
    let fired = false;
    for (const event of events) {
      const found = detectOne(detector, event);
      if (!found) failures.push(`${name} is not of the format ${event.format}: ${event.line}`);
      fired = found?.includes(rule) || fired;
    }
    if (fired !== expected) failures.push(`${name} ${expected ? 'does not fire' : 'fires'} "${meta.title}"`);
  };
  for (const [index, events] of fires.entries()) await run(events, true, `fires[${index}]`);
  for (const [index, events] of silent.entries()) await run(events, false, `silent[${index}]`);
  return failures;
}

/** Ids of the rules that fire; `undefined` for a line that is not of its format. */
function detectOne(detector: ThreatDetector, event: ExpectedEvent): string[] | undefined {
  const logsource: { logsource?: Logsource } = event.logsource ? { logsource: event.logsource } : {};
  if (event.line === undefined || event.format === 'ndjson') {
    return detector.detect(event.line ?? event.fields, logsource).map(({ ruleId }) => ruleId);
  }
  const { ndjson, faults } = textToNdjson(event.line, event.format ?? 'logfmt', new Date());
  if (faults.length > 0) return undefined;
  return detector.detectBatch(ndjson, logsource).detections.map(({ ruleId }) => ruleId);
}

/** The rule, and for a correlation what it is over; the rule alone fires on its own. */
function relatedSources(rule: string, sources: readonly RuleSource[]): RuleSource[] {
  const byReference = (reference: string) =>
    sources.filter(({ text }) =>
      new RegExp(`^(id|name):\\s*['"]?${literal(reference)}['"]?\\s*$`, 'm').test(text),
    );
  const found = new Set<RuleSource>();
  const waiting = byReference(rule);
  for (let source = waiting.pop(); source; source = waiting.pop()) {
    if (found.has(source)) continue;
    found.add(source);
    const listed = /^ {2,}rules:\s*\n((?:\s+- .*\n?)+)/m.exec(source.text)?.[1] ?? '';
    for (const [, reference] of listed.matchAll(/-\s*['"]?([\w.-]+)/g))
      waiting.push(...byReference(reference as string));
  }
  return [...found];
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
