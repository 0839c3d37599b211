import { describe } from 'vitest';
import { testVectors, type Vector } from './vector.ts';

/** Selections a, b, c and _hidden hold for events with the field of their name. */
const selections = 'sel_a: { a: 1 }\nsel_b: { b: 1 }\nother_c: { c: 1 }\n_hidden: { h: 1 }\n';
const events = Array.from({ length: 16 }, (_, bits) => ({
  ...(bits & 1 ? { a: 1 } : {}),
  ...(bits & 2 ? { b: 1 } : {}),
  ...(bits & 4 ? { c: 1 } : {}),
  ...(bits & 8 ? { h: 1 } : {}),
}));

/** The condition against its meaning, over every combination. */
function condition(text: string, holds: (a: number, b: number, c: number, h: number) => unknown): Vector {
  const means = ({ a = 0, b = 0, c = 0, h = 0 }: { a?: number; b?: number; c?: number; h?: number }) =>
    Boolean(holds(a, b, c, h));
  return {
    name: text,
    rule: `${selections}condition: ${text.startsWith('[') ? text : `"${text}"`}`,
    fires: events.filter(means),
    not: events.filter((event) => !means(event)),
  };
}

describe('Sigma Rules 2.1, condition', () => {
  testVectors([
    condition('sel_a', (a) => a),
    condition('not sel_a', (a) => !a),
    condition('not not sel_a', (a) => a),
    condition('sel_a and sel_b', (a, b) => a && b),
    condition('sel_a or sel_b', (a, b) => a || b),
    condition('sel_a or sel_b and other_c', (a, b, c) => a || (b && c)),
    condition('sel_a and sel_b or other_c', (a, b, c) => (a && b) || c),
    condition('(sel_a or sel_b) and other_c', (a, b, c) => (a || b) && c),
    condition('not sel_a and sel_b', (a, b) => !a && b),
    condition('not (sel_a and sel_b)', (a, b) => !(a && b)),
    condition('sel_a AND NOT sel_b OR other_c', (a, b, c) => (a && !b) || c),
    condition('((sel_a))', (a) => a),
    condition('sel_a and not (sel_b or other_c)', (a, b, c) => a && !(b || c)),
    condition('1 of sel_*', (a, b) => a || b),
    condition('any of sel_*', (a, b) => a || b),
    condition('all of sel_*', (a, b) => a && b),
    condition('2 of sel_*', (a, b) => a && b),
    condition('1 of *_a', (a) => a),
    condition('all of s*_*', (a, b) => a && b),
    condition('1 of them', (a, b, c) => a || b || c),
    condition('any of them', (a, b, c) => a || b || c),
    condition('all of them', (a, b, c) => a && b && c),
    condition('2 of them', (a, b, c) => a + b + c >= 2),
    condition('1 of *', (a, b, c) => a || b || c),
    condition('all of *', (a, b, c) => a && b && c),
    condition('1 of _*', (_a, _b, _c, h) => h),
    condition('not 1 of sel_*', (a, b) => !(a || b)),
    condition('not 2 of them', (a, b, c) => a + b + c < 2),
    condition('not all of sel_* and other_c', (a, b, c) => !(a && b) && c),
    condition('1 of sel_* and not other_c or _hidden', (a, b, c, h) => ((a || b) && !c) || h),
    condition('[sel_a, other_c]', (a, _b, c) => a || c),
  ]);
});
