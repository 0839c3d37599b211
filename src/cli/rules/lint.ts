import type { RuleMeta, RuleSet } from '../../rule/index.ts';

export interface Lint {
  readonly file: string;
  readonly message: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is allowed but not well done (Sigma specification, "Components"). */
export function lintRules({ detections, correlations }: RuleSet): Lint[] {
  const titles = new Map<string, string>();
  return [...detections, ...correlations].flatMap((rule) => {
    const notes = notesOn(rule);
    const twin = titles.get(rule.title);
    if (twin !== undefined) notes.push(`the title "${rule.title}" is also that of ${twin}`);
    titles.set(rule.title, rule.file);
    if (rule.kind === 'detection') {
      const { product, category, service } = rule.logsource;
      if (product === undefined && category === undefined && service === undefined) {
        notes.push('the logsource is empty, so that every event is asked');
      }
    }
    return notes.map((message) => ({ file: rule.file, message }));
  });
}

function notesOn(rule: RuleMeta): string[] {
  const notes: string[] = [];
  if (!uuid.test(rule.id)) notes.push(`"${rule.id}" is no UUID; give the rule an id of its own`);
  if (rule.description === undefined) notes.push('a description is missing');
  const odd = rule.tags.find((tag) => !/^[a-z0-9-]+\.[a-z0-9._-]+$/.test(tag));
  if (odd !== undefined) notes.push(`the tag "${odd}" is not of the form namespace.name in lower case`);
  return notes;
}
