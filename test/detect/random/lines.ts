import type { Seeded } from './seeded.ts';
import { keyParts, numberSpellings, text } from './vocabulary.ts';

/** One line of JSON in any spelling: repeated keys, escapes, lone surrogates, odd numbers, odd spacing. */
export function eventLine(random: Seeded): string {
  // Where only half of a pair was escaped, the other half is no text that bytes could hold.
  return object(random, 0).toWellFormed();
}

const space = (random: Seeded) => (random.chance(90) ? '' : random.pick([' ', '\t', '\r', '  ']));

function object(random: Seeded, depth: number): string {
  const members = random.list(0, depth === 0 ? 7 : 3, () => {
    const drawn = random.chance(95) ? random.pick(keyParts) : text(random);
    // V8 gives later keys of one escaped character the name of such a key (nodejs/node#63785).
    const key = drawn === '\\' ? 'a' : drawn;
    return `${space(random)}${string(random, key)}${space(random)}:${space(random)}${value(random, depth)}`;
  });
  return `{${members.join(',')}${space(random)}}`;
}

function value(random: Seeded, depth: number): string {
  const kind = random.number(depth > 3 ? 8 : 12);
  if (kind < 4) return string(random, text(random));
  if (kind === 4) return random.pick(numberSpellings);
  if (kind === 5) return random.pick(['true', 'false', 'null', 'null', '""']);
  if (kind === 6)
    return random.pick(['"\\ud800"', '"a\\udc00b"', '"\\ud83d\\ude00"', '"\\ude00\\ud83d"', '"\\ufffd"']);
  if (kind === 7) return random.pick(['[]', '{}', '[[]]', '[{}]']);
  if (kind < 10) return object(random, depth + 1);
  const items = random.list(0, 3, () => space(random) + value(random, depth + 1));
  return `[${items.join(`${space(random)},`)}${space(random)}]`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
};

function string(random: Seeded, content: string): string {
  const escapes = random.chance(20);
  let spelled = '';
  for (let i = 0; i < content.length; i++) {
    const character = content[i] as string;
    const must = character < ' ' || character === '"' || character === '\\';
    const short = shortEscapes[character];
    if (short !== undefined && (must || escapes) && random.chance(70)) spelled += short;
    else if (must || (escapes && random.chance(30))) {
      const hex = character.charCodeAt(0).toString(16).padStart(4, '0');
      spelled += `\\u${random.chance(50) ? hex : hex.toUpperCase()}`;
    } else spelled += character;
  }
  return `"${spelled}"`;
}
