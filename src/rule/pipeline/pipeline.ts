import type { Placeholders } from '../modifier.ts';
import type { DetectionRule } from '../rule.ts';

/** One step of a pipeline: gives the changed rule, or `undefined` to drop it. */
export type Transformation = (rule: DetectionRule) => DetectionRule | undefined;

/** A processing pipeline in the manner of pySigma: changes rules before they are compiled. */
export interface Pipeline {
  readonly name: string;
  /** Lower runs earlier. */
  readonly priority: number;
  readonly placeholders: Placeholders;
  readonly transformations: readonly Transformation[];
}

function transformRule(rule: DetectionRule, pipeline: Pipeline): DetectionRule | undefined {
  let current: DetectionRule | undefined = rule;
  for (const transformation of pipeline.transformations) {
    if (!current) return undefined;
    current = transformation(current);
  }
  return current;
}

/** The rule behind all pipelines, in their order; `undefined` where one drops it. */
export function transformThrough(
  rule: DetectionRule,
  pipelines: readonly Pipeline[],
): DetectionRule | undefined {
  return pipelines.reduce<DetectionRule | undefined>(
    (current, pipeline) => current && transformRule(current, pipeline),
    rule,
  );
}
