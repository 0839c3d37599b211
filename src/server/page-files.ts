import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of the page, also packed where that makes it smaller. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly packed: Readonly<Partial<Record<Packing, Buffer>>>;
}

export type Packing = 'br' | 'gzip';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the build puts the page, seen from the sources as from what is built of them. */
const folders = ['../dashboard/', '../../dist/dashboard/'].map((path) => new URL(path, import.meta.url));

/**
 * The files of the built page by their paths. They are a fixed set, so that no path of a request ever reaches the
 * disk; `undefined` where the page has not been built.
 */
export function readPage(): ReadonlyMap<string, PageFile> | undefined {
  for (const folder of folders) {
    const root = fileURLToPath(folder);
    const names = listed(root);
    if (!names.includes('index.html') || !names.includes('assets')) continue;
    const files = new Map<string, PageFile>();
    for (const name of names) addFile(files, root, name);
    for (const name of listed(join(root, 'assets'))) addFile(files, root, `assets/${name}`);
    return files;
  }
  return undefined;
}

function addFile(files: Map<string, PageFile>, root: string, name: string): void {
  const type = types[extname(name)];
  if (type === undefined) return;
  const packed: Partial<Record<Packing, Buffer>> = {};
  for (const [packing, suffix] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    const body = readIfThere(join(root, name + suffix));
    if (body) packed[packing] = body;
  }
  files.set(name, { type, body: readFileSync(join(root, name)), packed });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
