// npm run profile:heap -- <target>: who allocates (flame graph), an allocation timeline and a snapshot.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { flameGraph } from './flame.ts';
import { retained } from './snapshot.ts';
import { heaviest, readHeapProfile } from './stacks.ts';
import { profilePath, readTarget, run, shown } from './target.ts';

const target = readTarget('profile:heap');
const base = profilePath(target.name);
const folder = dirname(base);
const sampled = `${target.name}.heapprofile`;
rmSync(join(folder, sampled), { force: true });

// Two runs: tracking every object would colour the sampled profile.
const interval = '--heap-prof-interval=16384';
run(process.execPath, [
  '--heap-prof',
  `--heap-prof-dir=${folder}`,
  `--heap-prof-name=${sampled}`,
  interval,
  ...target.arguments,
]);
const recorder = pathToFileURL(join(import.meta.dirname, 'heap-record.ts')).href;
run(process.execPath, ['--expose-gc', '--import', recorder, ...target.arguments], {
  WOLFSEC_PROFILE_BASE: base,
});

const root = readHeapProfile(readFileSync(join(folder, sampled), 'utf8'));
writeFileSync(
  `${base}-heap.html`,
  flameGraph(`${target.name}: bytes still held, by allocating call`, 'bytes', root),
);
console.log('\nheld at the end, by allocating call:');
for (const { name, self } of heaviest(root, 10))
  console.log(`${(self / 1e3).toFixed(0).padStart(9)} kB  ${name}`);
console.log('\nheld at the end, by kind of object:');
for (const { name, count, bytes } of retained(readFileSync(`${base}.heapsnapshot`, 'utf8')).slice(0, 10)) {
  console.log(`${(bytes / 1e3).toFixed(0).padStart(9)} kB  ${String(count).padStart(7)} × ${name}`);
}
console.log(`\nflame graph: ${shown(`${base}-heap.html`)}`);
console.log(
  `for DevTools (Memory, Load): ${shown(`${base}.heaptimeline`)}, ${shown(`${base}.heapsnapshot`)}`,
);
