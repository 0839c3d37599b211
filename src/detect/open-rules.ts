import type { Backend } from '../backend/backend.ts';
import type { RuleEngine } from '../backend/contract/rule.ts';
import { type RuleFile, type RuleSource, readRuleFiles } from '../rule/index.ts';
import { type RuleBundle, unpackBundle } from './bundle.ts';
import { compileApart } from './compile-apart.ts';
import type { ThreatDetectorOptions } from './options.ts';
import { bundleKey, readPacked, writePacked } from './rule-cache.ts';
import { joinFiles } from './rule-text.ts';

/** Reads and compiles rules, or takes what an earlier start compiled of the same ones. */
export async function openRules(
  { rules, cacheFolder, pipelines, minLevel, statuses }: ThreatDetectorOptions,
  backend: Backend,
): Promise<{ bundle: RuleBundle; engine: RuleEngine }> {
  const options = {
    ...(pipelines ? { pipelines } : {}),
    ...(minLevel ? { minLevel } : {}),
    ...(statuses ? { statuses } : {}),
  };
  const text = joinFiles(await filesOf(rules));
  const open = (packed: Uint8Array, known: boolean) => {
    const bundle = unpackBundle(packed);
    return { bundle, engine: backend.rule.compileRules(bundle.program, { known }) };
  };
  // Pipelines are functions: rules that pass through some are not cached.
  if (cacheFolder === undefined || pipelines?.length) return open(await compileApart(text, options), false);
  const key = bundleKey(text, options, backend.name);
  const known = await readPacked(cacheFolder, key);
  if (known) return open(known, true);
  const packed = await compileApart(text, options);
  const opened = open(packed, false);
  // A cache that cannot be written only makes the next start slower.
  await writePacked(cacheFolder, key, packed).catch(() => undefined);
  return opened;
}

async function filesOf(rules: ThreatDetectorOptions['rules']): Promise<readonly RuleFile[]> {
  if (typeof rules === 'string') return readRuleFiles([rules]);
  if (rules.every((each) => typeof each === 'string')) return readRuleFiles(rules as readonly string[]);
  return (rules as readonly RuleSource[]).map(({ file, text }) => ({ file, bytes: Buffer.from(text) }));
}
