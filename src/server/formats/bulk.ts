import { WolfsecError } from '../../errors.ts';

/** A bulk request taken apart: the documents as they came, and what is to be answered for each action. */
export interface Bulk {
  readonly ndjson: Buffer;
  readonly items: readonly BulkItem[];
}

interface BulkItem {
  readonly action: 'index' | 'create' | 'delete' | 'update';
  readonly index: string;
  readonly id?: string;
  /** Line of `ndjson`, from 0; missing for actions that bring no event. */
  readonly line?: number;
}

const actions = ['index', 'create', 'delete', 'update'] as const;
const newline = 0x0a;

/**
 * Reads the body of an Elasticsearch `_bulk` request: lines of action and document. Documents are copied as bytes.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID` for a line that is no action, since what follows it cannot be told
 *   apart then.
 */
export function readBulk(body: Buffer, defaultIndex = ''): Bulk {
  const ndjson = Buffer.allocUnsafe(body.length + 1);
  const items: BulkItem[] = [];
  let [at, length, lines, documents] = [0, 0, 0, 0];
  const next = (): Buffer | undefined => {
    while (at < body.length) {
      const found = body.indexOf(newline, at);
      const end = found === -1 ? body.length : found;
      const line = body.subarray(at, end);
      at = end + 1;
      lines++;
      if (line.length > 0 && !(line.length === 1 && line[0] === 0x0d)) return line;
    }
    return undefined;
  };
  // Shippers repeat one action for a whole batch.
  let previous: { bytes: Buffer; item: BulkItem } | undefined;
  for (let line = next(); line; line = next()) {
    const item: BulkItem = previous?.bytes.equals(line) ? previous.item : action(line, lines, defaultIndex);
    previous = { bytes: line, item };
    if (item.action === 'delete') {
      items.push(item);
      continue;
    }
    const document = next();
    if (!document) throw fault(lines, 'an action without its document');
    if (item.action === 'update') {
      items.push(item);
      continue;
    }
    length += document.copy(ndjson, length);
    ndjson[length++] = newline;
    items.push({ ...item, line: documents++ });
  }
  return { ndjson: ndjson.subarray(0, length), items };
}

function action(line: Buffer, number: number, defaultIndex: string): BulkItem {
  let read: unknown;
  try {
    read = JSON.parse(line.toString('utf8'));
  } catch {
    throw fault(number, 'not valid JSON where an action is due');
  }
  const name = actions.find((each) => typeof read === 'object' && read !== null && Object.hasOwn(read, each));
  if (!name) throw fault(number, `not an action (${actions.join(', ')})`);
  const { _index, _id } = ((read as Record<string, unknown>)[name] ?? {}) as Record<string, unknown>;
  return {
    action: name,
    index: typeof _index === 'string' ? _index : defaultIndex,
    ...(typeof _id === 'string' ? { id: _id } : {}),
  };
}

const fault = (line: number, message: string) =>
  new WolfsecError('WOLFSEC_EVENT_INVALID', message, { location: { line } });
