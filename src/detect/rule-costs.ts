import { activeBackend } from '../backend/select.ts';
import { compileProgram, type DetectionRule, parseRuleSet, type RuleSource } from '../rule/index.ts';

export interface RuleCostOptions {
  /** Rounds over the sample, of which the fastest counts. Default 5. */
  readonly rounds?: number;
  readonly signal?: AbortSignal;
}

/** Files read at a time, so that other work gets its turn. */
const filesTogether = 20;
const recogniseEach = new Uint32Array(0);

/**
 * What each detection rule costs alone: nanoseconds an event of `sample` (NDJSON), beyond those of reading it. In the
 * engine rules share their work, so all of them together cost less than the sum; what stands out here stands out
 * there. Runs on this thread in small pieces.
 */
export async function measureRuleCosts(
  sources: readonly RuleSource[],
  sample: Uint8Array,
  { rounds = 5, signal }: RuleCostOptions = {},
): Promise<Map<string, number>> {
  const costs = new Map<string, number>();
  const reading = time([], sample, rounds);
  if (reading.events === 0) return costs;
  for (let at = 0; at < sources.length; at += filesTogether) {
    const { detections } = parseRuleSet(sources.slice(at, at + filesTogether));
    for (const rule of detections) {
      await new Promise(setImmediate);
      if (signal?.aborted) return costs;
      const { ms } = time([rule], sample, rounds);
      costs.set(rule.id, (Math.max(0, ms - reading.ms) * 1e6) / reading.events);
    }
  }
  return costs;
}

function time(rules: readonly DetectionRule[], sample: Uint8Array, rounds: number) {
  const engine = activeBackend().rule.compileRules(Buffer.from(JSON.stringify(compileProgram(rules))));
  try {
    let [ms, events] = [Number.POSITIVE_INFINITY, 0];
    for (let round = 0; round < rounds; round++) {
      const startedMs = performance.now();
      events = engine.evaluate(sample, sample.length, recogniseEach).events;
      ms = Math.min(ms, performance.now() - startedMs);
    }
    return { ms, events };
  } finally {
    engine.close();
  }
}
