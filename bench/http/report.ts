// What the signatures find and what they mistake: by category, legit set, paranoia level and back end.
import { performance } from 'node:perf_hooks';
import type { Backend } from '../../src/backend/backend.ts';
import { backendByName, nativeAvailable } from '../../src/backend/select.ts';
import { HttpInspector, type ParanoiaLevel } from '../../src/http/inspector.ts';
import { ruleSetTests, type Sample, samples } from './corpus.ts';

const corpus = samples();
if (!corpus) {
  console.log('The labelled requests are not at hand: set WOLFSEC_SHARED_DATA to their folder.');
  process.exit(0);
}

class Tally {
  readonly #counts = new Map<string, [number, number]>();

  add(key: string, flagged: boolean): void {
    const count = this.#counts.get(key) ?? [0, 0];
    this.#counts.set(key, [count[0] + Number(flagged), count[1] + 1]);
  }

  keys(prefix: string): string[] {
    return [...this.#counts.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  of(prefix: string): string {
    // A whole key stands for itself alone: `attack protocol` is not `attack protocol-attack`.
    const keys = this.#counts.has(prefix) ? [prefix] : this.keys(prefix);
    const [flagged, all] = keys.reduce(
      ([f, n], key) => {
        const [flaggedHere, allHere] = this.#counts.get(key) as [number, number];
        return [f + flaggedHere, n + allHere];
      },
      [0, 0],
    );
    return `${((100 * flagged) / all).toFixed(2)} % (${flagged}/${all})`;
  }
}

function run(backend: Backend, level: ParanoiaLevel, all: readonly Sample[]) {
  const inspector = new HttpInspector({ paranoia: level, backend });
  const tally = new Tally();
  const flags: boolean[] = [];
  const times: number[] = [];
  for (const { label, category, heldOut, request } of all) {
    const from = performance.now();
    const { attack } = inspector.inspect(request);
    times.push(performance.now() - from);
    flags.push(attack);
    tally.add(`${label} ${category}`, attack);
    tally.add(`${heldOut ? 'held-out' : 'seen'} ${label}`, attack);
  }
  times.sort((a, b) => a - b);
  return { tally, flags, medianUs: (times[times.length >> 1] as number) * 1000 };
}

const names = nativeAvailable() ? (['native', 'portable'] as const) : (['portable'] as const);
for (const level of [1, 2, 3, 4] as const) {
  const results = names.map((name) => ({ name, ...run(backendByName(name), level, corpus) }));
  const [first, second] = results;
  console.log(`\nParanoia level ${level}`);
  for (const key of (first as (typeof results)[number]).tally.keys('attack ')) {
    console.log(`  ${key.padEnd(32)} ${first?.tally.of(key)}`);
  }
  console.log(`  ${'all attacks'.padEnd(32)} ${first?.tally.of('attack ')}`);
  for (const key of (first as (typeof results)[number]).tally.keys('legit ')) {
    console.log(`  false: ${key.slice(6).padEnd(25)} ${first?.tally.of(key)}`);
  }
  console.log(`  ${'all false positives'.padEnd(32)} ${first?.tally.of('legit ')}`);
  console.log(`  ${'rule-set negatives flagged'.padEnd(32)} ${first?.tally.of('crsneg ')}`);
  for (const part of ['seen', 'held-out']) {
    console.log(
      `  ${part.padEnd(10)} attacks ${first?.tally.of(`${part} attack`)}, false ${first?.tally.of(`${part} legit`)}`,
    );
  }
  for (const { name, medianUs } of results)
    console.log(`  ${name}: ${medianUs.toFixed(1)} µs median a request`);
  if (second) {
    const differ = second.flags.filter((flag, at) => flag !== first?.flags[at]).length;
    console.log(`  back ends differ on ${differ} requests`);
    if (differ > 0) process.exitCode = 1;
  }
}

const tests = ruleSetTests();
if (tests) {
  const inspector = new HttpInspector({ paranoia: 1 });
  const tally = new Tally();
  for (const { group, expected, request } of tests) {
    tally.add(`${expected ? 'expected' : 'unexpected'} ${group}`, inspector.inspect(request).attack);
  }
  console.log('\nRegression requests of the public rule set, flagged at level 1');
  for (const key of tally.keys('expected ')) {
    const other = `un${key}`;
    const negatives = tally.keys(other).length > 0 ? `; not expected to: ${tally.of(other)}` : '';
    console.log(`  ${key.slice(9).padEnd(48)} ${tally.of(key)}${negatives}`);
  }
  console.log(`  ${'all'.padEnd(48)} ${tally.of('expected ')}; not expected to: ${tally.of('unexpected ')}`);
}
