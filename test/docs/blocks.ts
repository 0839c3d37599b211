import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Every page that readers are sent to. */
export const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync(['docs/**/*.md', 'rules/README.md'], { cwd: root, exclude: ['docs/api/**'] }),
].sort();

export interface Block {
  readonly page: string;
  /** 1-based line of its first line of code. */
  readonly line: number;
  readonly code: string;
}

/** The fenced blocks of a page in one language. */
export function blocks(page: string, language: string): Block[] {
  const found: Block[] = [];
  const lines = readFileSync(resolve(root, page), 'utf8').split('\n');
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] !== `\`\`\`${language}`) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`${page}:${at + 1}: a block without an end`);
    found.push({ page, line: at + 2, code: lines.slice(at + 1, end).join('\n') });
    at = end;
  }
  return found;
}

const importLine = /^import\s[^;]*?from\s+'[^']+';$/gms;

/**
 * One module for the blocks of a page. Each block is a scope within the one before, as a reader takes it:
 * it sees the names from above and may take them for something else.
 */
export function asModule(page: string, prelude: string): string {
  const imports = new Map<string, string>();
  let body = '';
  let open = 0;
  for (const { line, code } of blocks(page, 'ts')) {
    for (const [statement] of code.matchAll(importLine)) addImports(statement, imports);
    // The empty lines left behind keep a fault's place within its block.
    const rest = code.replace(importLine, (statement) => statement.replace(/[^\n]/g, ''));
    body += `\nasync function _${line}() { // ${page}:${line}\n${rest}\n`;
    open++;
  }
  for (const [statement] of prelude.matchAll(importLine)) addImports(statement, imports);
  return `${[...imports.values()].join('\n')}\n${prelude.replace(importLine, '')}\n${body}${'}'.repeat(open)}\nexport {};\n`;
}

function addImports(statement: string, into: Map<string, string>): void {
  const [, clause = '', from = ''] = /^import\s+(.*?)\s+from\s+'([^']+)';$/s.exec(statement) ?? [];
  const named = /^\{(.*)\}$/s.exec(clause)?.[1];
  const names = named === undefined ? [clause] : named.split(',').map((each) => each.trim());
  for (const name of names.filter(Boolean)) {
    const local = name
      .split(/\s+as\s+/)
      .at(-1)!
      .replace(/^type /, '');
    into.set(local, `import ${named === undefined ? name : `{ ${name} }`} from '${from}';`);
  }
}
