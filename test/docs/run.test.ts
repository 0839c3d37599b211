import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocks, root } from './blocks.ts';

const run = promisify(execFile);
const folder = join(root, 'node_modules/.cache/wolfsec-docs-run');

/** Pages whose code needs nothing around it, and what it prints. */
const pages: Readonly<Record<string, string>> = {
  'docs/migrate/node-crypto.md': 'text\n',
  'docs/migrate/jose.md': 'ada\n',
};

test.each(Object.entries(pages))(
  'the code of %s runs',
  async (page, printed) => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${page.replaceAll('/', '-')}.mjs`);
    writeFileSync(
      file,
      blocks(page, 'ts')
        .map(({ code }) => code)
        .join('\n'),
    );
    const { stdout } = await run(
      process.execPath,
      ['--no-warnings', '--import', './test/examples/to-source.mjs', file],
      {
        cwd: root,
      },
    );
    expect(stdout).toBe(printed);
  },
  60_000,
);
