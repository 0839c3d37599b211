/** Instructions per call of each hot path, and the compiler that made them. */
export interface Counts {
  readonly rustc: string;
  readonly counts: Readonly<Record<string, number>>;
}

const tolerance = 0.02;
/** Another compiler makes other code of the same source. */
const otherCompilerTolerance = 0.1;
/** Counts below a few hundred move by single instructions for reasons of alignment. */
const slack = 10;

/** One line a path; fails on more instructions than the tolerance allows, and on a path without a count. */
export function compareCounts(then: Counts, now: Counts): { lines: string[]; failed: boolean } {
  const same = then.rustc === now.rustc;
  const allowed = same ? tolerance : otherCompilerTolerance;
  const lines = same ? [] : [`counted with ${then.rustc}, now ${now.rustc}: within ${allowed * 100} %`];
  let failed = false;
  for (const [name, count] of Object.entries(now.counts)) {
    const before = then.counts[name];
    if (before === undefined) {
      lines.push(`NEW    ${name}: ${count}`);
      failed = true;
      continue;
    }
    const most = before * (1 + allowed) + slack;
    const change = `${count >= before ? '+' : ''}${(((count - before) / before) * 100).toFixed(1)} %`;
    const word = count > most ? 'MORE  ' : count < before * (1 - allowed) - slack ? 'fewer ' : 'same  ';
    lines.push(`${word} ${name}: ${count} (${change})`);
    failed ||= count > most;
  }
  for (const name of Object.keys(then.counts)) {
    if (now.counts[name] !== undefined) continue;
    lines.push(`GONE   ${name}`);
    failed = true;
  }
  return { lines, failed };
}
