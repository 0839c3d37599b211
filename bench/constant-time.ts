// Looks for a leak in the time that constantTimeEqual takes, after Reparaz, Balasch and Verbauwhede,
// "Dude, is my code constant time?" (dudect, 2017): two classes of inputs in random order, Welch's
// t-test over all samples and over those below each of many cut-offs. |t| < 4.5 finds no difference.
//
//   npm run bench:constant-time -- [samples of a pair of classes, default 1000000]
import { backendByName, nativeAvailable } from '../src/backend/select.ts';
import { constantTimeEqual } from '../src/crypto/compare.ts';

const SAMPLES = Number(process.argv[2] ?? 1_000_000);
/** Beyond this, dudect calls a leak likely. */
const LIMIT = 4.5;
const CROPS = 100;
const WARM_UP = 20_032;

type Compare = (a: Uint8Array, b: Uint8Array) => boolean;
interface Class {
  readonly name: string;
  /** Where the second input differs from the first; `undefined`: nowhere. */
  readonly differsAt: number | undefined;
}

/** Mean and variance as samples come in (Welford, 1962). */
class Moments {
  n = 0;
  mean = 0;
  private squares = 0;

  add(x: number): void {
    this.n++;
    const delta = x - this.mean;
    this.mean += delta / this.n;
    this.squares += delta * (x - this.mean);
  }

  /** Variance of the mean. */
  get error(): number {
    return this.squares / (this.n - 1) / this.n;
  }
}

/** Welch's t of two classes; 0 where there is too little to tell. */
function welch(a: Moments, b: Moments): number {
  if (a.n < 1000 || b.n < 1000) return 0;
  const error = a.error + b.error;
  return error === 0 ? 0 : (a.mean - b.mean) / Math.sqrt(error);
}

/** Pairs that are made ready before any of them is timed: what was written just now reads slower. */
const BATCH = 64;

/** What the calls gave, so that none is left out; stored without a look at it. */
export const results: boolean[] = [];

/** Nanoseconds of calls, about half of each class in random order, and which class each was of. */
function measure(compare: Compare, length: number, classes: readonly [Class, Class]) {
  const secret = Buffer.alloc(length, 0x5a);
  const guesses = Array.from({ length: BATCH }, () => Buffer.alloc(length));
  const batchKinds = new Uint8Array(BATCH);
  // A call that is too short for the clock is repeated within a sample.
  const calls = length <= 64 ? 4 : 2;
  const times = new Float64Array(SAMPLES);
  const kinds = new Uint8Array(SAMPLES);
  for (let sample = -WARM_UP; sample < SAMPLES; sample += BATCH) {
    for (const [i, guess] of guesses.entries()) {
      const kind = Math.random() < 0.5 ? 0 : 1;
      batchKinds[i] = kind;
      secret.copy(guess);
      const at = classes[kind].differsAt;
      if (at !== undefined) guess[at]! ^= 1;
    }
    for (let i = 0; i < BATCH; i++) {
      const guess = guesses[i]!;
      const start = process.hrtime.bigint();
      for (let call = 0; call < calls; call++) results[call] = compare(secret, guess);
      const spanNs = Number(process.hrtime.bigint() - start);
      if (sample + i < 0 || sample + i >= SAMPLES) continue;
      times[sample + i] = spanNs;
      kinds[sample + i] = batchKinds[i]!;
    }
  }
  return { times, kinds };
}

/** The largest |t| over no cut-off and dudect's percentiles, which crop away what interrupts cost. */
function largestT({ times, kinds }: { times: Float64Array; kinds: Uint8Array }): { t: number; crop: number } {
  const sorted = times.slice().sort();
  const cutOffs = Array.from({ length: CROPS }, (_, i) => {
    const share = 1 - 0.5 ** ((10 * (i + 1)) / CROPS);
    return sorted[Math.floor(share * (sorted.length - 1))] as number;
  });
  let largest = { t: 0, crop: Number.POSITIVE_INFINITY };
  for (const crop of [Number.POSITIVE_INFINITY, ...new Set(cutOffs)]) {
    const moments = [new Moments(), new Moments()] as const;
    for (let i = 0; i < times.length; i++) {
      const spanNs = times[i] as number;
      if (spanNs <= crop) moments[kinds[i] as 0 | 1].add(spanNs);
    }
    const t = welch(...moments);
    if (Math.abs(t) > Math.abs(largest.t)) largest = { t, crop };
  }
  return largest;
}

/** Stops at the first difference: shows that this bench would see a leak. */
const leaky: Compare = (a, b) => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const names = nativeAvailable() ? (['native', 'portable'] as const) : (['portable'] as const);
const subjects: [string, Compare][] = names.map((name) => {
  const backend = backendByName(name);
  return [name, (a, b) => constantTimeEqual(a, b, backend)];
});

let leaks = 0;
function judge(name: string, compare: Compare, length: number, differsAt: number, place: string): number {
  const classes = [
    { name: 'equal', differsAt: undefined },
    { name: place, differsAt },
  ] as const;
  const { t, crop } = largestT(measure(compare, length, classes));
  const cut = crop === Number.POSITIVE_INFINITY ? 'no crop' : `cropped at ${crop} ns`;
  const verdict = Math.abs(t) < LIMIT ? 'no difference seen' : 'DIFFERS';
  console.log(
    `${name.padEnd(9)} ${String(length).padStart(5)} B  equal / ${place.padEnd(12)} t = ${t.toFixed(2).padStart(8)}  ${verdict} (${cut})`,
  );
  return Math.abs(t);
}

console.log(`${SAMPLES} samples a line, |t| < ${LIMIT} wanted (dudect)`);
for (const [name, compare] of subjects) {
  for (const length of [32, 256]) {
    const places = [
      [0, 'first byte'],
      [length >> 1, 'middle byte'],
      [length - 1, 'last byte'],
    ] as const;
    for (const [at, place] of places) if (judge(name, compare, length, at, place) >= LIMIT) leaks++;
  }
}
// The control must differ, or the clock here is too coarse for the lines above to mean anything.
const control = judge('control', leaky, 256, 0, 'first byte');
if (control < LIMIT) console.log('the control, which stops early, does not differ: this machine cannot tell');
if (leaks > 0 || control < LIMIT) process.exitCode = 1;
