import { techniqueTable } from './attack-names.ts';
import { tacticTable } from './attack-tactics.ts';

interface Tactic {
  readonly name: string;
  /** Ids of its techniques, e.g. `T1110`, by name. */
  readonly techniques: readonly string[];
}

/** The columns of the matrix. */
export const tactics: readonly Tactic[] = readTactics(tacticTable);
const names = readNames(techniqueTable);
const placed = new Set(tactics.flatMap(({ techniques }) => techniques));

function readTactics(table: string): Tactic[] {
  return table
    .trim()
    .split(/\n(?=\S)/)
    .map((block) => {
      const [name = '', ...numbers] = block.split('\n');
      return {
        name,
        techniques: numbers
          .join(' ')
          .trim()
          .split(/\s+/)
          .map((number) => `T${number}`),
      };
    });
}

function readNames(table: string): Map<string, string> {
  const found = new Map<string, string>();
  let [parent, parentName] = ['', ''];
  for (const line of table.trim().split('\n')) {
    if (line.startsWith('T')) {
      [parent, parentName] = [line.slice(0, 5), line.slice(6)];
      found.set(parent, parentName);
      continue;
    }
    for (const part of line.trim().split('; '))
      found.set(`${parent}.${part.slice(0, 3)}`, `${parentName}: ${part.slice(4)}`);
  }
  return found;
}

/** `T1110` of `T1110.001`. */
export const parentOf = (id: string) => id.split('.')[0] ?? id;

/** The technique's name, a sub-technique's behind that of its parent; empty for one that this version does not know. */
export const techniqueName = (id: string) => names.get(id) ?? names.get(parentOf(id)) ?? '';

/** Whether the matrix has a place for the technique: those withdrawn, or newer than our table, have none. */
export const isPlaced = (id: string) => placed.has(parentOf(id));

/** The technique's page at MITRE. */
export const techniqueUrl = (id: string) => `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`;
