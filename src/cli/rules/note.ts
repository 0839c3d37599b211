import type { NodePath } from '../../rule/index.ts';

/** A remark on a node of a rule's document. */
export interface Note {
  readonly path: NodePath;
  readonly message: string;
}
