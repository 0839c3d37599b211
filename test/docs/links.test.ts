import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, root } from './blocks.ts';

const read = (page: string) => readFileSync(join(root, page), 'utf8');
const guides = [...pages, 'ARCHITECTURE.md', 'CHANGELOG.md', 'SECURITY.md', 'bench/README.md'];

/** Links of a page to files of this tree: `path#heading`, from the root. */
function links(page: string): string[] {
  const prose = read(page).replace(/^```.*?^```/gms, '');
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
    .filter((link) => !/^(https?|mailto):/.test(link))
    .map((link) => (link.startsWith('#') ? page + link : join(dirname(page), link)));
}

/** A heading as a link names it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

test('every link leads somewhere', () => {
  const lost = guides.flatMap((page) =>
    links(page).filter((link) => {
      const [path = '', heading] = link.split('#');
      if (!existsSync(join(root, path))) return true;
      if (heading === undefined) return false;
      return !Array.from(read(path).matchAll(/^#+ (.+)$/gm), ([, text = '']) => anchor(text)).includes(
        heading,
      );
    }),
  );
  expect(lost).toEqual([]);
});

test('every guide is found from the README', () => {
  const found = new Set(['README.md']);
  for (const page of found) {
    for (const link of links(page)) {
      const [path = ''] = link.split('#');
      if (path.endsWith('.md')) found.add(path);
    }
  }
  expect(guides.filter((page) => !found.has(page))).toEqual([]);
});
