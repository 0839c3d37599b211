import { hash } from 'node:crypto';
import type { Detection } from '../detect/detection.ts';

/** What routes, silences and inhibitions match on: `rule`, `title`, `level`, `kind`, and the entities. */
export type Labels = Readonly<Record<string, string>>;

export function labelsOf(detection: Detection): Labels {
  const { ruleId, title, level, kind, entities, correlation } = detection;
  return { ...correlation?.group, ...entities, rule: ruleId, title, level, kind };
}

/** The labels that tell one alert from another by default, beside the rule. */
export const identityLabels = ['host', 'host.name', 'user', 'user.name', 'source.ip', 'client.ip'] as const;

/** The same rule about the same entities is the same alert. */
export function fingerprintOf(detection: Detection, by: readonly string[]): string {
  const labels = labelsOf(detection);
  let text = part(detection.ruleId);
  const group = detection.correlation?.group ?? {};
  for (const name of [...by, ...Object.keys(group).sort()]) {
    const value = labels[name];
    if (value !== undefined) text += part(name) + part(value);
  }
  return hash('sha256', text, 'hex').slice(0, 32);
}

const part = (text: string) => `${text.length}:${text}`;
