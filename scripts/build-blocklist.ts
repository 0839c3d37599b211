// Makes a block list of common passwords from lists that you give, one password a line.
// node scripts/build-blocklist.ts OUT LIST... [--min-chars 8]
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PasswordBlocklist } from '../src/auth/index.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'min-chars': { type: 'string', default: '8' } },
});
const [out, ...lists] = positionals;
const minChars = Number(values['min-chars']);

if (out === undefined || lists.length === 0 || !(minChars >= 1)) {
  console.error('usage: node scripts/build-blocklist.ts OUT LIST... [--min-chars 8]');
  process.exitCode = 2;
} else {
  const passwords = new Set<string>();
  let read = 0;
  for (const list of lists) {
    for await (const line of createInterface({
      input: createReadStream(list),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      read++;
      // Shorter ones are refused for their length already.
      if ([...line].length >= minChars) passwords.add(line);
    }
  }
  const blocklist = PasswordBlocklist.from(passwords);
  const bytes = blocklist.toBytes();
  await writeFile(out, bytes);
  console.log(`${out}: ${blocklist.size} of ${read} passwords, ${bytes.length} bytes`);
}
