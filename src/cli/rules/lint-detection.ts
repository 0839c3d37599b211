import type { NodePath, ReadRule } from '../../rule/index.ts';
import type { Note } from './note.ts';

type YamlMap = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Notes on the logsource and the selections of a rule or filter. */
export function detectionNotes(rule: ReadRule['rule'], content: YamlMap): Note[] {
  if (rule.kind === 'correlation') return [];
  const notes: Note[] = [];
  const { product, category, service } = rule.logsource;
  if (product === undefined && category === undefined && service === undefined) {
    notes.push({ path: ['logsource'], message: 'the logsource is empty, so that every event is asked' });
  }
  const section = rule.kind === 'filter' ? 'filter' : 'detection';
  const selections = content[section];
  if (!isMap(selections)) return notes;
  const used = usedBy(selections.condition);
  for (const [name, selection] of Object.entries(selections)) {
    if (['condition', 'timeframe', 'rules'].includes(name)) continue;
    const path = [section, name];
    if (!used(name)) notes.push({ path, message: `the condition does not use the selection "${name}"` });
    notes.push(...selectionNotes(selection, path));
  }
  return notes;
}

/** Whether a condition names a selection, by itself or by a pattern. */
function usedBy(condition: unknown): (name: string) => boolean {
  const words = [condition].flat().flatMap((each) => String(each).match(/[^\s()]+/g) ?? []);
  return (name) =>
    words.some((word) => {
      if (word.toLowerCase() === 'them') return !name.startsWith('_');
      if (!word.includes('*')) return word === name;
      const parts = word.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
      const shape = new RegExp(`^${parts.join('.*')}$`);
      return shape.test(name) && (word.startsWith('_') || !name.startsWith('_'));
    });
}

function selectionNotes(selection: unknown, path: NodePath): Note[] {
  if (Array.isArray(selection)) {
    return selection.flatMap((each, index) => (isMap(each) ? selectionNotes(each, [...path, index]) : []));
  }
  if (!isMap(selection)) return [];
  return Object.entries(selection).flatMap(([key, value]) => itemNotes(key, value, [...path, key]));
}

/** The largest numbers that a time modifier can ever give. */
const largest: Readonly<Record<string, number>> = { minute: 59, hour: 23, day: 31, week: 53, month: 12 };

function itemNotes(key: string, value: unknown, path: NodePath): Note[] {
  const modifiers = key.split('|').slice(1);
  const values = [value].flat();
  const notes: Note[] = [];
  // Sigma Modifiers appendix, "Generic Modifiers".
  if (modifiers.includes('all') && values.length === 1) {
    notes.push({ path, message: '"all" is for lists of several values' });
  }
  // Sigma Rules specification, "Special Field Values".
  if (values.length > 1 && values.includes(null)) {
    notes.push({ path, message: 'null stands among other values; write a selection of its own for it' });
  }
  if (
    values.some((each) => typeof each === 'number' && Number.isInteger(each) && !Number.isSafeInteger(each))
  ) {
    notes.push({ path, message: 'a number this large is not read exactly; put it in quotes' });
  }
  const part = modifiers.find((name) => Object.hasOwn(largest, name));
  if (part !== undefined && values.some((each) => Number(each) > (largest[part] as number))) {
    notes.push({ path, message: `"${part}" gives ${largest[part]} at most` });
  }
  return notes;
}
