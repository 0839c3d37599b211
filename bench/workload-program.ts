// Makes the rule program and the events of the Rust workloads from rules.yml; bench:instructions runs this.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sampleEvents } from '../src/cli/targets/events.ts';
import { compileProgram, parseRuleSet } from '../src/rule/index.ts';

const folder = resolve(import.meta.dirname, '../native/core/examples/workload');

/** What the workloads' files should hold, by path. */
export function workloadFiles(): Record<string, string> {
  const path = resolve(folder, 'rules.yml');
  const { detections, refused } = parseRuleSet([{ file: 'rules.yml', text: readFileSync(path, 'utf8') }], {});
  if (refused.length > 0)
    throw new Error(`a rule of the workloads is refused: ${JSON.stringify(refused[0])}`);
  const events = sampleEvents(60).map((event) => JSON.stringify(event));
  return {
    [resolve(folder, 'vectors/program.json')]: `${JSON.stringify(compileProgram(detections))}\n`,
    [resolve(folder, 'vectors/events.ndjson')]: `${events.join('\n')}\n`,
  };
}

/** Writes those that are missing or old. */
export function writeWorkloadFiles(): void {
  for (const [path, text] of Object.entries(workloadFiles())) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}
