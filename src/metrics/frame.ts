import { familyWords, layout, none, type ScrapeFrame, word } from '../backend/contract/exposition.ts';
import { scale, subBuckets } from '../backend/contract/log-linear.ts';
import { ExponentialHistogram } from './exponential.ts';
import type { Family } from './family.ts';
import { Histogram } from './histogram.ts';
import { boundText, escapeHelp } from './label-text.ts';
import type { MetricType } from './names.ts';
import { Summary } from './summary.ts';
import type { TextArena } from './text-arena.ts';

/** Prometheus text or OpenMetrics. */
export type TextFormat = 'prometheus' | 'openmetrics';

/** Prometheus text has no such types; it shows them as gauges. */
const plainType: Partial<Record<MetricType, string>> = { info: 'gauge', stateset: 'gauge' };

/** Copies all that a scrape shows out of the live columns: two copies of 8 bytes a series, and the pages. */
export function takeFrame(families: readonly Family[], arena: TextArena, format: TextFormat): ScrapeFrame {
  const shown = families.filter((family) => family.size > 0);
  const plans = shown.map((family) => new FamilyPlan(family, format));
  let wordCount = plans.length * familyWords;
  let numberCount = 0;
  for (const plan of plans) {
    wordCount += plan.words;
    numberCount += plan.numbers;
  }
  const target = new FrameTarget(wordCount, numberCount, plans.length * familyWords);
  for (const [index, plan] of plans.entries()) plan.write(target, index * familyWords);
  return {
    familyCount: plans.length,
    words: target.words,
    numbers: target.numbers,
    meta: Buffer.from(target.meta.join(''), 'utf8'),
    segments: arena.snapshot(),
    endMark: format === 'openmetrics',
  };
}

/** The arrays of a frame while they fill. */
class FrameTarget {
  readonly words: Uint32Array;
  readonly numbers: Float64Array;
  readonly meta: string[] = [];
  #word: number;
  #number = 0;
  #metaBytes = 0;

  constructor(words: number, numbers: number, firstWord: number) {
    this.words = new Uint32Array(words);
    this.numbers = new Float64Array(numbers);
    this.#word = firstWord;
  }

  putWords(source: ArrayLike<number>): number {
    const at = this.#word;
    this.words.set(source, at);
    this.#word += source.length;
    return at;
  }

  putNumbers(source: ArrayLike<number>): number {
    const at = this.takeNumbers(source.length);
    this.numbers.set(source, at);
    return at;
  }

  /** Room for numbers that the caller writes. */
  takeNumbers(count: number): number {
    const at = this.#number;
    this.#number += count;
    return at;
  }

  putText(text: string): [at: number, length: number] {
    const at = this.#metaBytes;
    const length = Buffer.byteLength(text);
    this.meta.push(text);
    this.#metaBytes += length;
    return [at, length];
  }
}

/** What one family puts into a frame. */
class FamilyPlan {
  readonly words: number;
  readonly numbers: number;
  readonly #family: Family;
  readonly #format: TextFormat;
  readonly #series: number;
  readonly #limits: ArrayLike<number>;
  readonly #bounds: ArrayLike<number>;
  readonly #exemplars: readonly [number, string][];
  readonly #created: boolean;

  constructor(family: Family, format: TextFormat) {
    this.#family = family;
    this.#format = format;
    this.#series = family.table.end;
    const open = format === 'openmetrics';
    this.#created =
      open && (family.type === 'counter' || family.type === 'histogram' || family.type === 'summary');
    this.#exemplars = open ? (family.exemplars?.sorted() ?? []) : [];
    this.#bounds = boundsOf(family);
    this.#limits =
      family instanceof ExponentialHistogram
        ? Array.from(family.bounds, (_, i) => family.limit(i))
        : this.#bounds;
    const pages = pagesOf(family);
    const rows = family instanceof Summary ? this.#series * family.ways : this.#series;
    this.words =
      this.#series * 2 +
      this.#bounds.length * 2 +
      this.#exemplars.length * 3 +
      (pages ? rows * scale.octaves : 0);
    this.numbers =
      this.#series * (family.stride + (this.#created ? 1 : 0)) +
      (pages ? pages.used * subBuckets + this.#limits.length : 0);
  }

  write(target: FrameTarget, record: number): void {
    const family = this.#family;
    const series = this.#series;
    const { words } = target;
    const set = (position: number, value: number) => {
      words[record + position] = value;
    };
    set(word.layout, family.layout);
    this.#writeTexts(target, record);
    set(word.seriesCount, series);
    set(word.refsAt, target.putWords(family.refs.subarray(0, series * 2)));
    const valuesAt = target.takeNumbers(series * family.stride);
    family.copyValues(target.numbers, valuesAt, series);
    set(word.valuesAt, valuesAt);
    set(word.stride, family.stride);
    set(word.createdAt, this.#created ? target.putNumbers(family.createdSeconds.subarray(0, series)) : none);
    const bounds = Array.from(this.#bounds, (bound) =>
      target.putText(boundText(bound, this.#format === 'openmetrics')),
    );
    set(word.boundsAt, target.putWords(bounds.flat()));
    set(word.boundCount, bounds.length);
    const exemplars = this.#exemplars.map(([key, text]) => [key, ...target.putText(text)]);
    set(word.exemplarsAt, target.putWords(exemplars.flat()));
    set(word.exemplarCount, exemplars.length);
    const pages = pagesOf(family);
    if (!pages) return;
    const ways = family instanceof Summary ? family.ways : 1;
    set(word.directoryAt, target.putWords(pages.directory.subarray(0, series * ways * scale.octaves)));
    const pagesAt = target.takeNumbers(pages.used * subBuckets);
    pages.copyCounts(target.numbers, pagesAt);
    set(word.pagesAt, pagesAt);
    set(word.ways, ways);
    set(word.limitsAt, target.putNumbers(this.#limits));
  }

  #writeTexts(target: FrameTarget, record: number): void {
    const { name, type, help, unit } = this.#family;
    const open = this.#format === 'openmetrics';
    const sample = type === 'counter' ? `${name}_total` : type === 'info' ? `${name}_info` : name;
    const titled = open ? name : sample;
    const shownType = open ? type : (plainType[type] ?? type);
    const header =
      `# HELP ${titled} ${escapeHelp(help, open)}\n# TYPE ${titled} ${shownType}\n` +
      (open && unit !== undefined ? `# UNIT ${titled} ${unit}\n` : '');
    const put = (position: number, text: string) => {
      const [at, length] = target.putText(text);
      target.words[record + position] = at;
      target.words[record + position + 1] = length;
    };
    put(word.headerAt, header);
    put(word.nameAt, name);
    put(word.sampleAt, sample);
  }
}

function boundsOf(family: Family): ArrayLike<number> {
  if (family instanceof Histogram || family instanceof ExponentialHistogram) return family.bounds;
  return family instanceof Summary ? family.quantiles : [];
}

function pagesOf(family: Family) {
  const paged = family.layout === layout.logLinearBuckets || family.layout === layout.logLinearQuantiles;
  return paged ? (family as ExponentialHistogram | Summary).pages : undefined;
}
