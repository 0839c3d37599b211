import type { Backend } from '../backend/backend.ts';
import type { RuleEngine } from '../backend/contract/rule.ts';
import { type RuleFile, type RuleSource, readRuleFiles, sourceOf } from '../rule/index.ts';
import { makeBundle, type RuleBundle } from './bundle.ts';
import type { ThreatDetectorOptions } from './options.ts';
import { bundleKey, readBundle, writeBundle } from './rule-cache.ts';

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
  const files = await filesOf(rules);
  const made = () => {
    const bundle = makeBundle(files.map(sourceOf), options);
    return { bundle, engine: backend.rule.compileRules(bundle.program) };
  };
  // Pipelines are functions: rules that pass through some are not cached.
  if (cacheFolder === undefined || pipelines?.length) return made();
  const key = bundleKey(files, options, backend.name);
  const known = await readBundle(cacheFolder, key);
  if (known) return { bundle: known, engine: backend.rule.compileRules(known.program, { known: true }) };
  const fresh = made();
  // A cache that cannot be written only makes the next start slower.
  await writeBundle(cacheFolder, key, fresh.bundle).catch(() => undefined);
  return fresh;
}

async function filesOf(rules: ThreatDetectorOptions['rules']): Promise<readonly RuleFile[]> {
  if (typeof rules === 'string') return readRuleFiles([rules]);
  if (rules.every((each) => typeof each === 'string')) return readRuleFiles(rules as readonly string[]);
  return (rules as readonly RuleSource[]).map(({ file, text }) => ({ file, bytes: Buffer.from(text) }));
}
