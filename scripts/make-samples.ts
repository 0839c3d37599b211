/** Writes `samples/`: an ordinary day by seeded dice, with attacks written by hand in between. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { samples } from './samples/all.ts';

const folder = resolve(import.meta.dirname, '../samples');
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(samples)) writeFileSync(resolve(folder, name), make());
