import { positionOf, type ReadRule } from '../../rule/index.ts';
import { detectionNotes } from './lint-detection.ts';
import type { Note } from './note.ts';

/** What is allowed but not well done, and where. */
export interface Lint {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is allowed but not well done (Sigma Rules specification 2.1, "Components"), in the order of the files. */
export function lintRules(read: readonly ReadRule[]): Lint[] {
  const titles = new Map<string, string>();
  const known = new Set(
    read.flatMap(({ rule }) => (rule.kind === 'detection' ? [rule.id, rule.name ?? rule.id] : [])),
  );
  return read.flatMap(({ document, rule }) => {
    const notes = [...metaNotes(rule, document.content), ...detectionNotes(rule, document.content)];
    if (rule.kind === 'filter') notes.push(...filterNotes(rule, known));
    else {
      const twin = titles.get(rule.title);
      if (twin !== undefined) {
        notes.push({
          path: ['title'],
          message: `the title "${rule.title}" is also that of a rule in ${twin}`,
        });
      }
      titles.set(rule.title, rule.file);
    }
    return notes.map(({ path, message }) => ({
      file: rule.file,
      ...positionOf(document, path),
      message,
    }));
  });
}

function metaNotes(rule: ReadRule['rule'], content: Readonly<Record<string, unknown>>): Note[] {
  const notes: Note[] = [];
  if (content.id === undefined || content.id === null) {
    notes.push({ path: ['title'], message: 'the rule has no id of its own; a random UUID is best' });
  } else if (!uuid.test(rule.id)) notes.push({ path: ['id'], message: `the id "${rule.id}" is no UUID` });
  if (rule.description === undefined) notes.push({ path: ['title'], message: 'a description is missing' });
  rule.tags.forEach((tag, index) => {
    if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(tag)) return;
    const message = `the tag "${tag}" is not of the form namespace.name in lower case`;
    notes.push({ path: ['tags', index], message });
  });
  if (typeof content.taxonomy === 'string' && content.taxonomy !== 'sigma') {
    const message = `the taxonomy "${content.taxonomy}" is not Sigma's: a pipeline must map its fields`;
    notes.push({ path: ['taxonomy'], message });
  }
  return notes;
}

function filterNotes({ rules }: ReadRule['rule'] & { kind: 'filter' }, known: ReadonlySet<string>): Note[] {
  if (rules === 'any') return [];
  return rules.flatMap((rule, index) =>
    known.has(rule)
      ? []
      : [
          {
            path: ['filter', 'rules', index],
            message: `no detection rule "${rule}" is there to be filtered`,
          },
        ],
  );
}
