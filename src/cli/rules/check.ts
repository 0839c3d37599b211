import { parseRuleSet, type ReadRule, readRuleSources } from '../../rule/index.ts';
import { lintRules } from './lint.ts';

/** Checks rules; gives the exit code: 0 sound, 1 with faults. */
export async function checkRules(paths: readonly string[], print: (line: string) => void): Promise<number> {
  const sources = await readRuleSources(paths);
  const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
  const read: ReadRule[] = [];
  const set = parseRuleSet(sources, { statuses }, (each) => read.push(each));
  for (const { file, line, column, code, message } of set.refused)
    print(`${file}:${line}:${column}: ${code}: ${message}`);
  const lints = lintRules(read);
  for (const { file, line, column, message } of lints) print(`${file}:${line}:${column}: note: ${message}`);
  const loaded = set.detections.length + set.correlations.length;
  print(
    `${loaded} rules load (${set.detections.length} detections, ${set.correlations.length} correlations), ${set.refused.length} are refused, ${lints.length} notes`,
  );
  return set.refused.length > 0 ? 1 : 0;
}
