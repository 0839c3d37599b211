// One area in a process of its own, so that no other area's garbage and types colour its figures.
import { pathToFileURL } from 'node:url';
import type { Message } from './launch.ts';
import { type Effort, measureGroup } from './measure.ts';
import type { SuiteDefinition } from './suite.ts';

const [file, effort, only] = JSON.parse(process.argv[2] as string) as [string, Effort, string[] | undefined];
const tell = (message: Message) =>
  new Promise<void>((done, fail) => process.send?.(message, (error) => (error ? fail(error) : done())));

const definition = ((await import(pathToFileURL(file).href)) as { default?: SuiteDefinition }).default;
if (!definition)
  throw new Error(`${file} has no default export; write: export default suite('area', (s) => …)`);
const { groups, notes } = await definition.collect();
for (const group of groups) {
  if (only && !only.some((text) => group.name.includes(text))) continue;
  await tell({ kind: 'group', run: await measureGroup(group, effort) });
}
for (const text of notes) await tell({ kind: 'note', text });
process.disconnect?.();
// What a case has left open (a pool, a server) must not hold the process.
process.exit();
