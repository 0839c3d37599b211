import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { asModule, blocks, pages, root } from './blocks.ts';

const run = promisify(execFile);
// Within the checkout, so that packages resolve; ignored by git.
const folder = join(root, 'node_modules/.cache/wolfsec-docs');

/** What a page's code takes as given: names that the text speaks of. */
function prelude(page: string): string {
  const file = join(import.meta.dirname, 'preludes', page.replaceAll('/', '-').replace(/\.md$/, '.ts.txt'));
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

test('the code on every page has right types', async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const withCode = pages.filter((page) => blocks(page, 'ts').length > 0);
  expect(withCode.length).toBeGreaterThan(5);
  const files = withCode.map((page) => {
    const file = join(folder, `${page.replaceAll('/', '-')}.ts`);
    writeFileSync(file, asModule(page, prelude(page)));
    return file;
  });
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noUnusedLocals: false,
      verbatimModuleSyntax: false,
      typeRoots: [join(root, 'node_modules/@types')],
      paths: { wolfsec: [join(root, 'src/index.ts')], 'wolfsec/*': [join(root, 'src/*/index.ts')] },
    },
    include: [],
    files: [join(import.meta.dirname, 'preludes/aws-sdk.d.ts'), ...files],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await run(tsc, ['-p', folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
}, 120_000);
