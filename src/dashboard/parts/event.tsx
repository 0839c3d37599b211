import { useState } from 'preact/hooks';
import type { AlertContext } from '../../server/api.ts';
import { Choice } from './basics.tsx';

type Matched = AlertContext['matched'];

interface Token {
  readonly text: string;
  readonly kind: 'key' | 'text' | 'number' | 'mark' | 'plain';
}

/** Lines shown of an event; the rest is a click away. */
const maxLines = 400;

/** The event as it came, what matched marked in it. */
export function EventText({ body, matched }: { body: string; matched: Matched }) {
  const parsed = parse(body);
  const [form, setForm] = useState<'fields' | 'raw'>(parsed === undefined ? 'raw' : 'fields');
  const [all, setAll] = useState(false);
  const lines =
    form === 'fields' && parsed !== undefined ? linesOf(parsed, matched) : rawLines(body, matched);
  const shown = all ? lines : lines.slice(0, maxLines);
  return (
    <div class="event">
      {parsed === undefined ? null : (
        <Choice
          label="Form"
          value={form}
          options={[
            ['fields', 'Fields'],
            ['raw', 'As it came'],
          ]}
          onChange={setForm}
        />
      )}
      <pre tabIndex={0} role="region" aria-label="Event" class={form}>
        <code>
          {shown.map((tokens, at) => (
            <span class="line" key={at}>
              {tokens.map(({ text, kind }, place) =>
                kind === 'mark' ? (
                  <mark key={place}>{text}</mark>
                ) : (
                  <span key={place} class={`json-${kind}`}>
                    {text}
                  </span>
                ),
              )}
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
      {lines.length > shown.length ? (
        <button type="button" class="button quiet" onClick={() => setAll(true)}>
          Show all {lines.length} lines
        </button>
      ) : null}
    </div>
  );
}

function parse(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The event as indented lines of tokens; a value that matched is a mark of its own. */
function linesOf(event: unknown, matched: Matched): Token[][] {
  const isMatch = matcher(event, matched);
  const lines: Token[][] = [];
  const walk = (value: unknown, key: string | undefined, name: string, indent: string, comma: string) => {
    const head: Token[] = [{ text: indent, kind: 'plain' }];
    if (key !== undefined)
      head.push({ text: JSON.stringify(key), kind: 'key' }, { text: ': ', kind: 'plain' });
    if (typeof value !== 'object' || value === null) {
      const kind = isMatch(name, value) ? 'mark' : typeof value === 'string' ? 'text' : 'number';
      lines.push([...head, { text: JSON.stringify(value), kind }, { text: comma, kind: 'plain' }]);
      return;
    }
    const list = Array.isArray(value);
    const entries = Object.entries(value);
    lines.push([...head, { text: list ? '[' : '{', kind: 'plain' }]);
    entries.forEach(([name2, child], at) => {
      const last = at === entries.length - 1;
      walk(child, list ? undefined : name2, list ? name : name2, `${indent}  `, last ? '' : ',');
    });
    lines.push([{ text: `${indent}${list ? ']' : '}'}${comma}`, kind: 'plain' }]);
  };
  walk(event, undefined, '', '', '');
  return lines;
}

/**
 * Which values matched. Rules name fields in the words of their taxonomy, so a field is known by its own name where
 * that leads to the value, and else by the value alone.
 */
function matcher(event: unknown, matched: Matched): (name: string, value: unknown) => boolean {
  const leaves: [name: string, value: string][] = [];
  const gather = (value: unknown, name: string) => {
    if (typeof value !== 'object' || value === null) leaves.push([name.toLowerCase(), String(value)]);
    else for (const [key, child] of Object.entries(value)) gather(child, Array.isArray(value) ? name : key);
  };
  gather(event, '');
  const named = new Set<string>();
  const anywhere = new Set<string>();
  for (const { field, value } of matched) {
    const name = (field.split('.').at(-1) ?? field).toLowerCase();
    if (leaves.some(([key, text]) => key === name && text === value)) named.add(`${name}\n${value}`);
    else anywhere.add(value);
  }
  return (name, value) => named.has(`${name.toLowerCase()}\n${value}`) || anywhere.has(String(value));
}

/** The text as it came, with every place marked at which a value that matched stands. */
function rawLines(body: string, matched: Matched): Token[][] {
  const values = [...new Set(matched.flatMap(({ value }) => [value, JSON.stringify(value).slice(1, -1)]))]
    .filter((value) => value !== '')
    .sort((a, b) => b.length - a.length);
  return body.split('\n').map((line) => {
    const tokens: Token[] = [];
    let from = 0;
    while (from < line.length) {
      let [next, found] = [line.length, ''];
      for (const value of values) {
        const at = line.indexOf(value, from);
        if (at !== -1 && (at < next || (at === next && value.length > found.length)))
          [next, found] = [at, value];
      }
      if (next > from) tokens.push({ text: line.slice(from, next), kind: 'plain' });
      if (found !== '') tokens.push({ text: found, kind: 'mark' });
      from = next + Math.max(1, found.length);
      if (found === '') break;
    }
    return tokens;
  });
}
