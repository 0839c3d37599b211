import { type Figures, met, type TargetName, targets } from '../../src/cli/targets/index.ts';
import { amount } from '../../src/cli/verbs/doctor.ts';

/** The targets and what each back end reached, as a Markdown table. */
export function targetTable(native: Figures | undefined, portable: Figures, machine: string): string {
  const cell = (figures: Figures | undefined, name: TargetName) => {
    const value = figures?.[name];
    if (value === undefined) return '–';
    return `${amount(value)} ${met(name, value) ? '✓' : '✗'}`;
  };
  const rows = Object.entries(targets).map(([key, target]) => {
    const name = key as TargetName;
    const bound = `${target.better === 'more' ? '>' : '<'} ${target.limit.toLocaleString('en-US')} ${target.unit}`;
    return `| ${target.name} | ${bound} | ${cell(native, name)} | ${cell(portable, name)} | ${target.measured} |`;
  });
  return [
    '| | Target | Native | Portable | What is measured |',
    '|---|---|--:|--:|---|',
    ...rows,
    '',
    `Measured by \`npm run bench:targets\` on ${machine}.`,
  ].join('\n');
}

/** Tables that a document has a place for. */
export type Generated = 'targets' | 'losses' | 'metrics';

/** Puts a table between its markers; throws where the text has none. */
export function between(text: string, table: string, name: Generated = 'targets'): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the text has no ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`;
}
