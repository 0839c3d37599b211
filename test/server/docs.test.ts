import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { envName, settings } from '../../src/server/index.ts';
import { withService } from './running.ts';

const text = readFileSync(new URL('../../docs/service.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```sh\n(curl [\s\S]*?)```\n\n```json\n([\s\S]*?)```/g)];

const run = promisify(execFile);
const curl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);
if (!curl) console.log('the examples of docs/service.md are not run: there is no curl here');

test.runIf(curl)('the curl examples answer what the page says', () =>
  withService({}, async (service) => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
    for (const [, command = '', answer = ''] of examples) {
      const { stdout } = await run('bash', ['-ec', command.replaceAll('http://127.0.0.1:8480', service.url)]);
      const expected = JSON.parse(answer) as Record<string, unknown>;
      for (const [name, value] of Object.entries(expected)) {
        // An empty list on the page stands for whatever is found.
        if (Array.isArray(value) && value.length === 0)
          expect(JSON.parse(stdout)[name]).toBeInstanceOf(Array);
        else expect(JSON.parse(stdout)[name], command).toMatchObject(value as object);
      }
    }
  }),
);

const unpadded = text.replace(/ +/g, ' ');

test('the page has every setting under its names', () => {
  for (const name of Object.keys(settings) as (keyof typeof settings)[]) {
    expect(unpadded).toContain(`| \`${name}\` | \`${envName(name)}\` |`);
  }
});

test('the page has every metric that the way in records', () =>
  withService({}, async (service) => {
    const names = service.registry
      .families()
      .map(({ name }) => name)
      .filter((name) => /^wolfsec_(pipeline|syslog)_/.test(name));
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) {
      const short = `\`${name.replace('wolfsec_pipeline', '')}`;
      expect(text.includes(name) || text.includes(short), name).toBe(true);
    }
  }));
