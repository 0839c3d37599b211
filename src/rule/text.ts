import type { PatternKind, TextPattern } from './expression.ts';

/** A piece of a Sigma string: plain text, `*` (any length) or `?` (one character). */
export type Piece = string | typeof anyLength | typeof oneCharacter;
export const anyLength = Symbol('*');
export const oneCharacter = Symbol('?');

/**
 * Splits a Sigma string at its wildcards (Sigma specification, "Escaping"): a backslash escapes `*`, `?`
 * and a backslash, and stands for itself before anything else.
 */
export function parseText(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  const push = (wildcard: typeof anyLength | typeof oneCharacter) => {
    if (plain !== '') pieces.push(plain);
    plain = '';
    if (wildcard !== anyLength || pieces.at(-1) !== anyLength) pieces.push(wildcard);
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\') {
      const next = text[i + 1];
      if (next === '*' || next === '?' || next === '\\') {
        plain += next;
        i++;
      } else plain += character;
    } else if (character === '*') push(anyLength);
    else if (character === '?') push(oneCharacter);
    else plain += character;
  }
  if (plain !== '') pieces.push(plain);
  return pieces;
}

/** The plain text of pieces, or `undefined` where a wildcard stands among them. */
export function plainText(pieces: readonly Piece[]): string | undefined {
  if (pieces.length === 0) return '';
  return pieces.length === 1 && typeof pieces[0] === 'string' ? pieces[0] : undefined;
}

/** The simplest pattern that means the same as the pieces. */
export function toPattern(pieces: readonly Piece[], cased: boolean): TextPattern {
  const open = pieces[0] === anyLength;
  const close = pieces.length > 1 && pieces.at(-1) === anyLength;
  const middle = pieces.slice(open ? 1 : 0, close ? -1 : undefined);
  const text = plainText(middle);
  if (text === undefined || (open && text === '')) {
    return { kind: 'glob', text: pieces.map(globPiece).join(''), cased };
  }
  const kind: PatternKind = open ? (close ? 'contains' : 'endsWith') : close ? 'startsWith' : 'equals';
  return { kind, text, cased };
}

function globPiece(piece: Piece): string {
  if (piece === anyLength) return '*';
  if (piece === oneCharacter) return '?';
  return (piece as string).replace(/[\\*?]/g, '\\$&');
}
