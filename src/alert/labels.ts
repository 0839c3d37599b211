import { hash } from 'node:crypto';
import type { Detection } from '../detect/detection.ts';

/** What routes, silences and inhibitions match on: `rule`, `title`, `level`, `kind`, and the entities. */
export type Labels = Readonly<Record<string, string>>;

export function labelsOf(detection: Detection): Labels {
  const { ruleId, title, level, kind, entities, correlation } = detection;
  return { ...correlation?.group, ...entities, rule: ruleId, title, level, kind };
}

/** A label's value; the empty text where there is none, whatever an object has by nature (`constructor`). */
export const labelValue = (labels: Labels, name: string): string => textOr(labels[name], '');

const textOr = <T>(value: unknown, otherwise: T) => (typeof value === 'string' ? value : otherwise);

/** The labels that tell one alert from another by default, beside the rule. */
export const identityLabels = ['host', 'host.name', 'user', 'user.name', 'source.ip', 'client.ip'] as const;

/** The same rule about the same entities is the same alert. */
export function fingerprintOf(detection: Detection, by: readonly string[]): string {
  const group = detection.correlation?.group;
  let text = part(detection.ruleId);
  for (const name of by) text += labelled(name, labelOf(detection, name));
  if (group) for (const name of Object.keys(group).sort()) text += labelled(name, labelOf(detection, name));
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** One label, as `labelsOf` has it, without making all of them. */
function labelOf({ ruleId, title, level, kind, entities, correlation }: Detection, name: string) {
  if (name === 'rule') return ruleId;
  if (name === 'title') return title;
  if (name === 'level') return level;
  if (name === 'kind') return kind;
  return textOr(entities?.[name], textOr(correlation?.group[name], undefined));
}

const labelled = (name: string, value: string | undefined) =>
  value === undefined ? '' : part(name) + part(value);
const part = (text: string) => `${text.length}:${text}`;
