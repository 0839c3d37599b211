// Whether the time of a refused login tells an unknown name from a wrong password: Welch's t-test over
// interleaved tries, as in dudect (https://eprint.iacr.org/2016/1123): |t| < 4.5 tells nothing.
// node bench/auth-timing.ts [--tries 400] [--owasp]
import { parseArgs } from 'node:util';
import { memoryStorage, Passwords } from '../src/auth/index.ts';
import { PasswordHasher } from '../src/crypto/index.ts';

const { values } = parseArgs({
  options: { tries: { type: 'string', default: '2000' }, owasp: { type: 'boolean', default: false } },
});
const tries = Math.min(100_000, Number(values.tries));
const threshold = 4.5;
// Cheap hashes make the rest, where a difference would lie, a larger part of the whole.
const cost = values.owasp ? {} : { memoryKib: 64, iterations: 1 };
const passwords = new Passwords({ storage: memoryStorage().records, hasher: new PasswordHasher({ cost }) });
// Made beforehand, and of one length, so that the names themselves make no difference.
const namesOf = (kind: string) => Array.from({ length: 64 }, (_, i) => `${kind}-${i}@example.com`);
const [names, strangers] = [namesOf('user'), namesOf('none')];
for (const name of [...names, ...strangers]) name.normalize();
for (const name of names) await passwords.enrol(name, name, 'correct horse battery staple');

async function timeOf(name: string): Promise<number> {
  const startNs = process.hrtime.bigint();
  await passwords.login(name, 'a wrong but long enough one');
  return Number(process.hrtime.bigint() - startNs);
}

for (let i = 0; i < 200; i++) await timeOf((i & 1 ? names : strangers)[i & 63]!);
const known: number[] = [];
const unknown: number[] = [];
for (let i = 0; i < tries; i++) {
  // In random order, so that no drift of the machine falls on one kind alone.
  const turns = Math.random() < 0.5 ? [known, unknown] : [unknown, known];
  for (const times of turns) {
    times.push(await timeOf((times === known ? names : strangers)[i & 63]!));
  }
}

let worst = 0;
// The slowest tries are the machine's doing; the test is repeated with ever more of them cut off.
for (const keep of [1, 0.99, 0.95, 0.9, 0.75]) {
  const limit = [...known, ...unknown].sort((a, b) => a - b)[Math.ceil(2 * tries * keep) - 1] as number;
  const [a, b] = [known, unknown].map((times) => moments(times.filter((time) => time <= limit)));
  const t = (a!.mean - b!.mean) / Math.sqrt(a!.variance / a!.count + b!.variance / b!.count);
  worst = Math.max(worst, Math.abs(t));
  console.log(
    `fastest ${(keep * 100).toFixed(0).padStart(3)} %  wrong password ${us(a!.mean)} µs  unknown name ${us(b!.mean)} µs  t = ${t.toFixed(2)}`,
  );
}
console.log(worst < threshold ? 'no difference to be seen' : `a difference: |t| = ${worst.toFixed(2)}`);
process.exitCode = worst < threshold ? 0 : 1;

function moments(times: readonly number[]) {
  const count = times.length;
  const mean = times.reduce((sum, time) => sum + time, 0) / count;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}

function us(ns: number): string {
  return (ns / 1000).toFixed(1);
}
