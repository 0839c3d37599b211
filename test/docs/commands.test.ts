import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocks, pages, root } from './blocks.ts';

const run = promisify(execFile);
const wolfsec = (...args: string[]) =>
  run(process.execPath, ['--no-warnings', 'src/cli/main.ts', ...args], { cwd: root });

interface Command {
  readonly place: string;
  readonly words: readonly string[];
}

/** The lines of the shell blocks that call one program, comments and pipes cut off. */
function commands(program: RegExp): Command[] {
  return pages.flatMap((page) =>
    blocks(page, 'sh').flatMap(({ line, code }) =>
      code
        .split('\n')
        .map((text, index) => ({ place: `${page}:${line + index}`, text }))
        .filter(({ text }) => program.test(text))
        .map(({ place, text }) => ({
          place,
          words: text
            .replace(program, '')
            .replace(/\s+[#|>].*$/, '')
            .split(/\s+/),
        })),
    ),
  );
}

test('every command of wolfsec on the pages is one, with options that it has', async () => {
  const found = commands(/^(npx )?wolfsec /);
  expect(found.length).toBeGreaterThan(5);
  const helps = new Map<string, Promise<string>>();
  for (const { place, words } of found) {
    const verb = words.slice(0, words[0] === 'rules' || words[0] === 'key' ? 2 : 1);
    const name = verb.join(' ');
    if (!helps.has(name))
      helps.set(
        name,
        wolfsec(...verb, '--help').then(({ stdout }) => stdout),
      );
    const help = await helps.get(name)!;
    expect(help, place).toContain(`Usage: wolfsec ${name}`);
    for (const option of words.filter((word) => /^--?[a-z]/.test(word))) {
      expect(help, `${place}: ${option}`).toMatch(new RegExp(`(^|[\\s,])${option}\\b`, 'm'));
    }
  }
}, 120_000);

test('every npm script on the pages is one', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const { place, words } of commands(/^npm run /)) {
    expect(Object.keys(scripts), place).toContain(words[0]);
  }
});

test('every script that the pages name is there', () => {
  for (const { place, words } of commands(/^(?:node|bash) (?=scripts\/|bench\/|examples\/)/)) {
    expect(() => readFileSync(join(root, words[0]!)), place).not.toThrow();
  }
});

test('the quick start does what it says', async () => {
  expect((await wolfsec('doctor')).stdout).toMatch(/^back end +(native|portable)/m);
  expect((await wolfsec('rules', 'check', 'rules')).stdout).toMatch(/\d+ rules/);
  // Something is found in the samples, so the exit code is 1.
  await expect(wolfsec('scan', 'samples/access.log')).rejects.toMatchObject({ code: 1 });
}, 120_000);
