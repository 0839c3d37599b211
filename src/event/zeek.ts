import type { TextEvent } from './text-event.ts';

/**
 * Makes a reader of one log of Zeek in its own format, values between tabs: `#fields` names them, `#types` tells which
 * are numbers, `#path` which log it is. It gives `'header'` for such lines.
 *
 * Events are as in Zeek's JSON: `_path`, `ts`, `id.orig_h`; lists stay text with commas between, and what is empty is
 * left out.
 */
export function zeekReader(): (line: string) => TextEvent | 'header' | undefined {
  const told: Record<string, readonly string[]> = {};
  return (text) => {
    const line = text.replace(/\r$/, '');
    if (line.startsWith('#')) {
      const [name, ...values] = line.slice(1).split('\t');
      if (name?.startsWith('separator ')) return 'header';
      if (name === undefined || !directives.has(name)) return undefined;
      told[name] = values;
      return 'header';
    }
    const { fields = [], types = [], path = [] } = told;
    const { unset_field: unset = ['-'], empty_field: empty = ['(empty)'] } = told;
    const values = line.split('\t');
    if (fields.length < 2 || values.length !== fields.length) return undefined;
    // Names come from the source: `__proto__` must be one of them.
    const event: TextEvent = Object.create(null) as TextEvent;
    if (path[0] !== undefined) event._path = path[0];
    fields.forEach((name, i) => {
      const value = values[i] as string;
      if (value !== unset[0] && value !== empty[0]) event[name] = typed(value, types[i]);
    });
    const time = new Date(Number(event.ts) * 1_000);
    if (event.ts !== undefined && !Number.isNaN(time.getTime())) event['@timestamp'] ??= time.toISOString();
    return event;
  };
}

function typed(value: string, type: string | undefined): string | number {
  if (type === 'bool') return value === 'T' ? 'true' : value === 'F' ? 'false' : value;
  return numbers.has(type) && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

const directives = new Set([
  'set_separator',
  'empty_field',
  'unset_field',
  'path',
  'open',
  'close',
  'fields',
  'types',
]);
const numbers = new Set<string | undefined>(['time', 'interval', 'count', 'int', 'double', 'port']);
