import { type Library, methods, total } from './libraries.ts';

export interface SeriesFigures {
  /** Heap and external memory that a counter series with two labels takes, its label strings not counted. */
  readonly bytesPerSeries: number;
  /** From the call to the whole text, median. */
  readonly scrapeMs: number;
  /** The longest that the event loop stood still during a scrape: median and worst over the scrapes. */
  readonly holdMs: number;
  readonly worstHoldMs: number;
  readonly textBytes: number;
}

const warmups = 3;

/** Makes counter series, then scrapes them again and again. */
export async function measureSeries(
  library: Library,
  series: number,
  scrapes: number,
): Promise<SeriesFigures> {
  const routes = Array.from({ length: series / methods.length }, (_, i) => `/users/${i}`);
  const before = held();
  for (const method of methods) for (const route of routes) library.count(method, route);
  const bytesPerSeries = (held() - before) / series;
  const took: number[] = [];
  const holds: number[] = [];
  let textBytes = 0;
  for (let i = 0; i < warmups + scrapes; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const watch = watchLoop();
    const started = performance.now();
    const text = await library.scrape();
    const ended = performance.now();
    const hold = await watch.end();
    if (i === 0 && total(text, 'requests_total') !== series) throw new Error('a series was lost');
    textBytes = Buffer.byteLength(text);
    if (i < warmups) continue;
    took.push(ended - started);
    holds.push(hold);
  }
  return {
    bytesPerSeries,
    scrapeMs: median(took),
    holdMs: median(holds),
    worstHoldMs: Math.max(...holds),
    textBytes,
  };
}

function held(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Turns the event loop as fast as it goes, and gives the longest time between two turns. */
function watchLoop() {
  let last = performance.now();
  let longest = 0;
  let running = true;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  return {
    async end() {
      // Two turns more, so that what ran in the last one counts.
      for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
      running = false;
      return longest;
    },
  };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
