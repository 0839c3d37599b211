import type { Detection } from '../detect/detection.ts';
import type { EntityRisk } from './risk.ts';

/** Its alerts add no risk of their own. */
export const riskRuleId = 'wolfsec.risk';

/** An entity whose risk has reached the threshold is itself something to tell. */
export function riskDetection({ entity, score, atMs }: EntityRisk): Detection {
  const [kind = 'entity', ...rest] = entity.split(':');
  const field = kind === 'address' ? 'source.ip' : kind;
  return {
    kind: 'correlation',
    ruleId: riskRuleId,
    title: `Risk of ${kind} ${rest.join(':')} has reached ${Math.round(score)}`,
    level: 'high',
    tags: [],
    matched: [],
    eventTimeMs: atMs,
    event: { index: 0, id: `risk:${entity}:${atMs}` },
    entities: { [field]: rest.join(':') },
    correlation: { group: { entity }, count: Math.round(score), events: [] },
  };
}
