import { isAlpha, isDigit, isWordChar } from './bytes.ts';
import { maxTokens } from './sql.ts';

const binaryDirectory = /^(?:~?\/?(?:usr\/|system\/|opt\/)?(?:local\/)?s?bin\/|\.\/|\/?(?:system|usr|opt)\/)/;
const sensitivePath =
  /^~?\/?(?:etc|proc|dev\/tcp|dev\/udp|root|var\/log|home)\/|\/\.(?:ssh|aws|bash_history|env)\b|(?:^|\/)etc\/(?:passwd|shadow|hosts|group)/;

/**
 * Reads a lower-case value as a command line and gives one letter a token.
 *
 * Quotes, back-slashes, carets and empty expansions are taken out of words first, as shells do;
 * `^` stands before a word that hid a known command that way. Letters: `;` `|` `&` `n` (line end)
 * separators, `(` substitution, `[` and `]` parentheses, `{` `}`, `>` redirection, `-` option, `/` path,
 * `S` sensitive path, `G` path with wildcards, `B` a command by its path, `u` address, `0` number,
 * `$` variable, `=` assignment, `W` Windows path, `w` word, `x` anything else, and the classes of `words-shell.yml`.
 */
export function tokeniseShell(text: string, words: ReadonlyMap<string, string>): string {
  let tokens = '';
  let at = 0;
  const end = text.length;
  while (at < end && tokens.length < maxTokens) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (code === 0x0a || code === 0x0d) {
      if (tokens !== '' && !tokens.endsWith('n')) tokens += 'n';
      at++;
      continue;
    }
    if (code <= 0x20) {
      at++;
      continue;
    }
    switch (code) {
      case 0x3b:
        tokens += ';';
        at++;
        continue;
      case 0x7c:
        tokens += '|';
        at += next === 0x7c ? 2 : 1;
        continue;
      case 0x26:
        tokens += '&';
        at += next === 0x26 ? 2 : 1;
        continue;
      case 0x60:
        tokens += '(';
        at++;
        continue;
      case 0x24:
        if (next === 0x28) {
          tokens += '(';
          at += 2;
          continue;
        }
        break;
      case 0x3c:
      case 0x3e:
        if (next === 0x28) {
          tokens += '(';
          at += 2;
        } else {
          tokens += '>';
          at++;
          while (text.charCodeAt(at) === code) at++;
        }
        continue;
      case 0x28:
        tokens += '[';
        at++;
        continue;
      case 0x29:
        tokens += ']';
        at++;
        continue;
      case 0x7b:
      case 0x7d:
        tokens += text[at];
        at++;
        continue;
      case 0x2c:
        tokens += ',';
        at++;
        continue;
    }
    const from = at;
    const word = { text: '', hidden: false };
    at = readWord(text, at, word);
    if (at === from) at++;
    tokens += classify(word.text, word.hidden, words);
  }
  return tokens;
}

/** Reads one word with its quoting taken out; returns where it ends. */
function readWord(text: string, from: number, word: { text: string; hidden: boolean }): number {
  const end = text.length;
  let at = from;
  let plain = '';
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x3b || code === 0x7c || code === 0x26 || code === 0x60) break;
    if (
      code === 0x28 ||
      code === 0x29 ||
      code === 0x3c ||
      code === 0x3e ||
      code === 0x7b ||
      code === 0x7d ||
      code === 0x2c
    )
      break;
    if (code === 0x27 || code === 0x22 || code === 0x5e) {
      if (at > from && plain !== '') word.hidden = true;
      at++;
      continue;
    }
    if (code === 0x5c) {
      const windows =
        plain.length > 1 && (plain.includes(':') || plain.includes('%') || plain.startsWith('\\'));
      if (windows || (at === from && text.charCodeAt(at + 1) === 0x5c)) plain += '\\';
      else word.hidden = true;
      at++;
      continue;
    }
    if (code === 0x24) {
      const skipped = emptyExpansion(text, at);
      if (skipped > at) {
        word.hidden = true;
        if (text.startsWith('$ifs', at) || text.startsWith('${ifs', at)) {
          if (plain !== '') {
            at = skipped;
            break;
          }
        }
        at = skipped;
        continue;
      }
      if (text.charCodeAt(at + 1) === 0x28) break;
      if (text.charCodeAt(at + 1) === 0x7b) {
        const closed = text.indexOf('}', at);
        if (closed > 0 && closed - at < 64) {
          plain += '$';
          at = closed + 1;
          continue;
        }
      }
    }
    plain += text[at];
    at++;
  }
  word.text = plain;
  return at;
}

/** Ends of `$@`, `$*`, `$1`, `$ifs`, `$ifs$9`, `${ifs}`, `$u` style expansions that come out empty or blank. */
function emptyExpansion(text: string, at: number): number {
  const next = text.charCodeAt(at + 1);
  if (text.startsWith('$ifs', at)) {
    let to = at + 4;
    if (text[to] === '$' && isDigit(text.charCodeAt(to + 1))) to += 2;
    return to;
  }
  if (text.startsWith('${ifs', at)) {
    const closed = text.indexOf('}', at);
    return closed > 0 && closed - at < 24 ? closed + 1 : at;
  }
  if (next === 0x40 || next === 0x2a || isDigit(next)) return at + 2;
  return at;
}

function classify(raw: string, hidden: boolean, words: ReadonlyMap<string, string>): string {
  let word = raw;
  if (word.startsWith('@') || word.startsWith('!')) word = word.slice(1);
  if (word === '') return hidden ? '' : 'x';
  const first = word.charCodeAt(0);
  const mark = hidden ? '^' : '';
  const direct = words.get(word) ?? words.get(stripSuffix(word));
  if (direct !== undefined) return mark + direct;
  if (first === 0x2d) return '-';
  if (first === 0x24) return '$';
  if (/^(?:https?|ftps?|file|dict|gopher|ldaps?|tftp|smb):/.test(word)) return 'u';
  if (/^[a-z]:[\\/]|^%[a-z]{2,20}%|^\\\\/.test(word)) {
    const base = words.get(
      stripSuffix(word.slice(Math.max(word.lastIndexOf('\\'), word.lastIndexOf('/')) + 1)),
    );
    return base === undefined ? 'W' : 'B';
  }
  if (word.includes('/')) {
    const globbed = /[?*[]/.test(word);
    const base = words.get(word.slice(word.lastIndexOf('/') + 1));
    if (!globbed && base !== undefined && binaryDirectory.test(word)) return 'B';
    if (globbed && /^~?\.{0,2}\//.test(word)) return 'G';
    if (sensitivePath.test(word)) return 'S';
    return first === 0x2f || first === 0x7e || first === 0x2e ? '/' : 'x';
  }
  if (isDigit(first)) return /^[0-9.:x]+$/.test(word) ? '0' : 'x';
  const equals = word.indexOf('=');
  if (equals > 0 && /^[a-z_][a-z0-9_]*$/.test(word.slice(0, equals))) return '=';
  for (let at = 0; at < word.length; at++) if (!isWordChar(word.charCodeAt(at))) return 'x';
  return isAlpha(first) ? 'w' : 'x';
}

/** Takes off what an executable's name may end in: `.exe`, a version. */
function stripSuffix(word: string): string {
  if (/\.(?:exe|com|bat|cmd|ps1|sh)$/.test(word)) return word.slice(0, word.lastIndexOf('.'));
  return word.replace(/[0-9.]{1,5}$/, '');
}
