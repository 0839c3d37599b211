/** A call tree: each frame with what was sampled in it and below it. */
export interface Frame {
  readonly name: string;
  /** Samples, microseconds or bytes; children included. */
  value: number;
  readonly children: Map<string, Frame>;
}

export const rootFrame = (): Frame => ({ name: 'all', value: 0, children: new Map() });

/** Adds one stack, outermost frame first. */
export function addStack(root: Frame, stack: readonly string[], value: number): void {
  let frame = root;
  frame.value += value;
  for (const name of stack) {
    let child = frame.children.get(name);
    if (!child) {
      child = { name, value: 0, children: new Map() };
      frame.children.set(name, child);
    }
    child.value += value;
    frame = child;
  }
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** V8's CPU profile; values are microseconds. */
export function readCpuProfile(text: string): Frame {
  const profile = JSON.parse(text) as { nodes: ProfileNode[]; samples: number[]; timeDeltas: number[] };
  const stacks = new Map<number, string[]>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const pending: [ProfileNode, string[]][] = profile.nodes[0] ? [[profile.nodes[0], []]] : [];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [node, above] = next;
    const stack = node.callFrame.functionName === '(root)' ? above : [...above, frameName(node.callFrame)];
    stacks.set(node.id, stack);
    for (const id of node.children ?? []) pending.push([byId.get(id) as ProfileNode, stack]);
  }
  const root = rootFrame();
  profile.samples.forEach((id, i) => {
    const stack = stacks.get(id) ?? [];
    if (stack[0] !== '(idle)') addStack(root, stack, Math.max(profile.timeDeltas[i] ?? 0, 0));
  });
  return root;
}

interface HeapNode {
  readonly callFrame: ProfileNode['callFrame'];
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** V8's sampling heap profile; values are bytes. */
export function readHeapProfile(text: string): Frame {
  const root = rootFrame();
  const pending: [HeapNode, string[]][] = [[(JSON.parse(text) as { head: HeapNode }).head, []]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [node, above] = next;
    const stack = node.callFrame.functionName === '(root)' ? above : [...above, frameName(node.callFrame)];
    if (node.selfSize > 0) addStack(root, stack, node.selfSize);
    for (const child of node.children) pending.push([child, stack]);
  }
  return root;
}

/** What `perf script -F comm,tid,ip,sym,dso` prints: a header line, frames innermost first, an empty line. */
export function readPerfScript(text: string): Frame {
  const root = rootFrame();
  for (const block of text.split('\n\n')) {
    const [header, ...frames] = block.split('\n').filter((line) => line.trim() !== '');
    if (!header || frames.length === 0) continue;
    const stack = frames.map(perfFrame).reverse();
    addStack(root, [header.trim().split(/\s+\d/, 1)[0] as string, ...stack], 1);
  }
  return root;
}

function perfFrame(line: string): string {
  const [, symbol = line.trim(), library = ''] = /^\s*[0-9a-f]+\s+(.*)\s+\((.*)\)\s*$/.exec(line) ?? [];
  const file = library.split('/').at(-1) ?? '';
  // perf-PID.map names JavaScript as "JS:*name file:line:column", `*` being optimised code.
  const script = /^(?:JS|Function|LazyCompile|Script|Eval):\s*([*~^+]?)(.*)$/.exec(symbol);
  if (script)
    return `${(script[2] as string).replace(/file:\/\/\S*\/([^/\s]+)/, '$1').trim() || '(anonymous)'} [js${script[1]}]`;
  const plain = symbol.replace(/\+0x[0-9a-f]+$/, '');
  if (file.endsWith('.node')) return `${plain.replace(/::h[0-9a-f]{16}$/, '')} [native]`;
  return plain === '[unknown]' ? `[${file || 'unknown'}]` : plain;
}

function frameName({ functionName, url, lineNumber }: ProfileNode['callFrame']): string {
  const file = url.split('/').at(-1) ?? '';
  return `${functionName || '(anonymous)'}${file ? ` ${file}:${lineNumber + 1}` : ''}`;
}

/** The frames that hold most themselves, without what they call. */
export function heaviest(root: Frame, count: number): { name: string; self: number }[] {
  const totals = new Map<string, number>();
  const pending = [root];
  for (let frame = pending.pop(); frame; frame = pending.pop()) {
    let self = frame.value;
    for (const child of frame.children.values()) {
      self -= child.value;
      pending.push(child);
    }
    totals.set(frame.name, (totals.get(frame.name) ?? 0) + self);
  }
  return [...totals]
    .map(([name, self]) => ({ name, self }))
    .sort((a, b) => b.self - a.self)
    .slice(0, count);
}
