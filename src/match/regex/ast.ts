/** One node of a regular expression, after flags and escapes were resolved. */
export type Node =
  | { readonly kind: 'empty' }
  /** Flat, sorted, disjoint pairs of code points, both ends inside: `[0x30, 0x39]` is a digit. */
  | { readonly kind: 'class'; readonly ranges: readonly number[] }
  | { readonly kind: 'assert'; readonly at: Assertion }
  | { readonly kind: 'concat'; readonly nodes: readonly Node[] }
  | { readonly kind: 'alternate'; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly node: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    };

export type Assertion = 'start' | 'end' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

/** Most code points a counted repetition may ask for, alone or multiplied with those around it. */
export const MAX_REPEAT = 1000;
/** Most groups within one another. */
export const MAX_DEPTH = 100;
/** Most program steps of one expression, counting repetitions out. */
export const MAX_COST = 50_000;

/** Program steps that the node comes to; grows with repetition and with the size of classes. */
export function cost(node: Node): number {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return 1;
    case 'class':
      return Math.max(1, node.ranges.length / 2);
    case 'concat':
    case 'alternate':
      return node.nodes.reduce((sum, child) => sum + cost(child), 1);
    case 'repeat':
      return (
        1 + cost(node.node) * Math.max(1, node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max)
      );
  }
}

/** The largest product of counted repetitions along one path. */
export function repetition(node: Node): number {
  switch (node.kind) {
    case 'concat':
    case 'alternate':
      return node.nodes.reduce((most, child) => Math.max(most, repetition(child)), 1);
    case 'repeat': {
      const times = node.max === Number.POSITIVE_INFINITY ? node.min : node.max;
      return Math.max(1, times) * repetition(node.node);
    }
    default:
      return 1;
  }
}
