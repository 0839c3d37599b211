/** The most ways to try that one alternative of a pattern may have at one place of a value. */
const maxWays = 1 << 20;

/**
 * Says what is wrong with a signature's pattern, or `undefined`.
 *
 * The subset means the same to the native automaton and to V8, byte for byte, and bounds what V8's
 * backtracking can do: no look-around, no back-references, no `\s` or Unicode classes, and every
 * repetition bounded. Patterns over token strings (bounded to 1,024 letters) may also use `*` and `+` on one class.
 */
export function vetPattern(pattern: string, tokens: boolean): string | undefined {
  if (/\(\?(?!:)/.test(pattern.replace(/\\./g, 'e'))) return 'may not use look-around, names or flags';
  if (/\\[1-9k]/.test(pattern)) return 'may not refer back to a group';
  if (/\\[sSpPcuWDBZAz]/.test(pattern)) return 'may use \\w, \\d and \\b only among the letter classes';
  if (/[A-Z]/.test(pattern) && !tokens) return 'must be lower-case: values are';
  const bare = pattern.replace(/\\x[0-9a-f]{2}|\\./g, 'e').replace(/\[\^?\]?[^\]]*\]/g, 'c');
  if (!tokens && /[*+]|\{\d+,\}/.test(bare)) return 'must bound its repetitions, {0,n}';
  if (/\)[*+]|\{\d+,\}/.test(bare)) return 'may not repeat a group without bound';
  const ways = countWays(bare, { at: 0 });
  if (!tokens && ways > maxWays) return `has ${ways} ways to match at one place, more than ${maxWays}`;
  try {
    new RegExp(pattern);
  } catch (error) {
    return `does not parse: ${(error as Error).message}`;
  }
  return undefined;
}

/** Alternatives take the largest, sequences multiply: how often a place may be tried over. */
function countWays(bare: string, read: { at: number }): number {
  let most = 1;
  let ways = 1;
  while (read.at < bare.length) {
    const letter = bare[read.at++];
    if (letter === ')') break;
    if (letter === '|') {
      most = Math.max(most, ways);
      ways = 1;
      continue;
    }
    let one = 1;
    if (letter === '(') {
      if (bare.startsWith('?:', read.at)) read.at += 2;
      one = countWays(bare, read);
    }
    const repeat = /^\{(\d+)(?:,(\d+))?\}/.exec(bare.slice(read.at, read.at + 12));
    if (repeat) {
      read.at += repeat[0].length;
      const spread = Number(repeat[2] ?? repeat[1]) - Number(repeat[1]) + 1;
      ways *= spread * one;
    } else ways *= one;
  }
  return Math.max(most, ways);
}
