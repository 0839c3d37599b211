import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
} from 'js-yaml';
import type { NodePath } from './fault.ts';

/** A place in a text, both from 1; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A node of a document: where it starts (a value of a map at its key), and what it holds. */
interface PlacedNode {
  readonly start: number;
  readonly children: Map<string | number, PlacedNode>;
}

interface Frame {
  readonly node: PlacedNode;
  readonly isMap: boolean;
  /** The key whose value comes next. */
  key: { readonly name: string; readonly start: number } | undefined;
}

/** Where the nodes of the documents of a YAML text stand; built once, however many are asked for. */
export class Positions {
  readonly #documents: PlacedNode[];
  readonly #lineStarts: number[];

  /** @param text well-formed YAML. */
  constructor(text: string) {
    this.#documents = documentsOf(text);
    this.#lineStarts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1))
      this.#lineStarts.push(at + 1);
  }

  /** Of the node at the path, or of the deepest one on the way to it that is there. */
  of(document: number, path: NodePath): Position {
    let node = this.#documents[document];
    for (const key of path) {
      const below = node?.children.get(key);
      if (!below) break;
      node = below;
    }
    return this.#positionAt(node?.start ?? 0);
  }

  #positionAt(offset: number): Position {
    let [low, high] = [0, this.#lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] as number) + 1 };
  }
}

function documentsOf(text: string): PlacedNode[] {
  const documents: PlacedNode[] = [];
  let open: Frame[] = [];
  for (const event of parseEvents(text, {})) {
    if (event.type === EVENT_DOCUMENT) {
      const root: PlacedNode = { start: 0, children: new Map() };
      documents.push(root);
      // The document closes like a list does; its one item is its content.
      open = [{ node: root, isMap: false, key: undefined }];
      continue;
    }
    if (event.type === EVENT_POP) {
      open.pop();
      continue;
    }
    const isScalar = event.type !== EVENT_MAPPING && event.type !== EVENT_SEQUENCE;
    const start = startOf(event);
    const parent = open.at(-1);
    if (parent?.isMap && !parent.key) {
      const name = isScalar && event.type !== EVENT_ALIAS ? getScalarValue(text, event) : '';
      parent.key = { name, start };
      if (isScalar) continue;
      // A key that is a map or a list itself: it is skipped, and its value stands at it.
      open.push({
        node: { start, children: new Map() },
        isMap: event.type === EVENT_MAPPING,
        key: undefined,
      });
      continue;
    }
    const node: PlacedNode = { start: parent?.key?.start ?? start, children: new Map() };
    if (parent?.isMap) {
      parent.node.children.set(parent.key?.name ?? '', node);
      parent.key = undefined;
    } else parent?.node.children.set(parent.node.children.size, node);
    if (!isScalar) open.push({ node, isMap: event.type === EVENT_MAPPING, key: undefined });
  }
  return documents.map((root) => root.children.get(0) ?? root);
}

function startOf(event: Exclude<ReturnType<typeof parseEvents>[number], { type: 1 | 6 }>): number {
  if (event.type === EVENT_ALIAS) return event.anchorStart;
  if (event.type !== EVENT_SCALAR) return event.start;
  const { style, valueStart } = event;
  const quoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? valueStart - 1 : valueStart;
}
