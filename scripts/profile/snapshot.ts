export interface Kind {
  readonly name: string;
  count: number;
  bytes: number;
}

/** Objects of a V8 heap snapshot by constructor (or by internal type), largest first; sizes are shallow. */
export function retained(text: string): Kind[] {
  const { snapshot, nodes, strings } = JSON.parse(text) as {
    snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
    nodes: number[];
    strings: string[];
  };
  const fields = snapshot.meta.node_fields;
  const types = snapshot.meta.node_types[0];
  const at = (field: string) => fields.indexOf(field);
  const [type, name, size, width] = [at('type'), at('name'), at('self_size'), fields.length];
  const kinds = new Map<string, Kind>();
  for (let i = 0; i < nodes.length; i += width) {
    const kind = types[nodes[i + type] as number] as string;
    const key = kind === 'object' ? (strings[nodes[i + name] as number] as string) : `(${kind})`;
    let known = kinds.get(key);
    if (!known) {
      known = { name: key, count: 0, bytes: 0 };
      kinds.set(key, known);
    }
    known.count++;
    known.bytes += nodes[i + size] as number;
  }
  return [...kinds.values()].sort((a, b) => b.bytes - a.bytes);
}
