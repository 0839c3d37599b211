import { describe, expect, test } from 'vitest';
import type { NodePath } from '../../src/rule/index.ts';
import { Positions } from '../../src/rule/position.ts';

const at = (text: string, path: NodePath, document = 0) => {
  const { line, column } = new Positions(text).of(document, path);
  return `${line}:${column}`;
};

describe('positions of YAML nodes', () => {
  test.each([
    ['a key', 'a: 1\nb: 2\n', ['b'], '2:1'],
    ['a nested key', 'a:\n  b:\n    c: 1\n', ['a', 'b', 'c'], '3:5'],
    ['an item of a list', 'a:\n  - x\n  - y\n', ['a', 1], '3:5'],
    ['a list on one line', 'a: [x, y, [z, w]]\n', ['a', 2, 1], '1:15'],
    ['a map on one line', 'a: { b: 1, c: { d: 2 } }\n', ['a', 'c', 'd'], '1:17'],
    ['maps in a list', 'a:\n  - b: 1\n    c: 2\n  - b: 3\n    c: 4\n', ['a', 1, 'c'], '5:5'],
    ['quoted keys', `'a|x': 1\n"b\\tc": 2\n`, ['b\tc'], '2:1'],
    ['a key behind a text of several lines', 'a: |\n  b: 1\n  c\nb: 2\n', ['b'], '4:1'],
    ['comments and blank lines', '# b: 0\n\na: 1 # b\n\nb: 2\n', ['b'], '5:1'],
    ['an anchor, an alias and what stands behind them', 'a: &x { q: 1 }\nb: *x\nc: 2\n', ['c'], '3:1'],
    ['a merge key', 'a: &x { q: 1 }\nb:\n  <<: *x\n  r: 2\n', ['b', 'r'], '4:3'],
    ['a key that is a list', '? [p, q]\n: 1\nb: 2\n', ['b'], '3:1'],
    ['carriage returns', 'a: 1\r\nb:\r\n  c: 2\r\n', ['b', 'c'], '3:3'],
    ['the deepest node on the way', 'a:\n  b: 1\nq: 2\n', ['a', 'none', 'b'], '1:1'],
    ['nothing of the way, and a key of that name elsewhere', 'a: 1\nq: 2\n', ['none', 'q'], '1:1'],
    ['names every object has', 'a: 1\nconstructor: 2\n', ['constructor'], '2:1'],
    ['an empty text', '', ['a'], '1:1'],
  ] as const)('%s', (_, text, path, expected) => expect(at(text, path)).toBe(expected));

  test('documents', () => {
    const text = 'a: 1\n---\n\na: 2\n---\n# empty\n---\nb:\n  a: 3\n';
    expect([at(text, ['a'], 1), at(text, ['b', 'a'], 3), at(text, [], 3), at(text, ['a'], 9)]).toEqual([
      '4:1',
      '9:3',
      '8:1',
      '1:1',
    ]);
  });

  test('as many as there are, of a long text', () => {
    const text = Array.from({ length: 20_000 }, (_, n) => `k${n}: { v: ${n} }`).join('\n');
    const positions = new Positions(text);
    for (let n = 0; n < 20_000; n++) expect(positions.of(0, [`k${n}`, 'v']).line).toBe(n + 1);
  });
});
