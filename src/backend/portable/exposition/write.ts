import { familyWords, layout, none, type ScrapeFrame, word } from '../../contract/exposition.ts';
import { foldBuckets, foldQuantiles } from './fold.ts';
import type { TextOutput } from './output.ts';

const seriesPerPart = 64;
const [newline, space, open, close] = [10, 32, 123, 125];

/** Writes the frame; yields after every few series, so that the caller can let the loop run. */
export function* writeFamilies(frame: ScrapeFrame, output: TextOutput): Generator<void> {
  for (let family = 0; family < frame.familyCount; family++) {
    const writer = new FamilyWriter(frame, family * familyWords, output);
    writer.header();
    for (let series = 0; series < writer.seriesCount; series++) {
      writer.series(series);
      if (series % seriesPerPart === seriesPerPart - 1) yield;
    }
    yield;
  }
  if (frame.endMark) output.ascii('# EOF\n');
}

class FamilyWriter {
  readonly seriesCount: number;
  readonly #frame: ScrapeFrame;
  readonly #record: number;
  readonly #output: TextOutput;
  readonly #layout: number;
  readonly #counts: Float64Array;
  #nextExemplar = 0;

  constructor(frame: ScrapeFrame, record: number, output: TextOutput) {
    this.#frame = frame;
    this.#record = record;
    this.#output = output;
    this.#layout = this.#word(word.layout);
    this.seriesCount = this.#word(word.seriesCount);
    this.#counts = new Float64Array(this.#word(word.boundCount) + 1);
  }

  header(): void {
    this.#output.bytes(this.#frame.meta, this.#word(word.headerAt), this.#word(word.headerLength));
  }

  series(series: number): void {
    if (this.#frame.words[this.#word(word.refsAt) + series * 2 + 1] === none) return;
    const value = this.#word(word.valuesAt) + series * this.#word(word.stride);
    const { numbers } = this.#frame;
    switch (this.#layout) {
      case layout.single:
        this.#output.bytes(this.#frame.meta, this.#word(word.sampleAt), this.#word(word.sampleLength));
        this.#labels(series);
        this.#value(numbers[value]!, series);
        break;
      case layout.buckets: {
        const buckets = this.#word(word.boundCount) + 1;
        this.#buckets(series, numbers.subarray(value, value + buckets), numbers[value + buckets]!);
        break;
      }
      case layout.logLinearBuckets:
        foldBuckets(this.#frame, this.#record, series, this.#counts);
        this.#buckets(series, this.#counts, numbers[value]!);
        break;
      default:
        foldQuantiles(this.#frame, this.#record, series, this.#counts);
        this.#quantiles(series, numbers[value]!, numbers[value + 1]!);
    }
    this.#created(series);
  }

  #buckets(series: number, counts: Float64Array, sum: number): void {
    const bounds = counts.length - 1;
    let total = 0;
    for (let i = 0; i <= bounds; i++) {
      total += counts[i]!;
      this.#name('_bucket');
      this.#labels(series, 'le', i);
      this.#value(total, series * (bounds + 1) + i);
    }
    this.#plain('_sum', series, sum);
    this.#plain('_count', series, total);
  }

  #quantiles(series: number, sum: number, count: number): void {
    for (let i = 0; i < this.#counts.length - 1; i++) {
      this.#name('');
      this.#labels(series, 'quantile', i);
      this.#value(this.#counts[i]!, none);
    }
    this.#plain('_sum', series, sum);
    this.#plain('_count', series, count);
  }

  #created(series: number): void {
    const at = this.#word(word.createdAt);
    if (at !== none) this.#plain('_created', series, this.#frame.numbers[at + series]!);
  }

  #plain(suffix: string, series: number, value: number): void {
    this.#name(suffix);
    this.#labels(series);
    this.#value(value, none);
  }

  #name(suffix: string): void {
    this.#output.bytes(this.#frame.meta, this.#word(word.nameAt), this.#word(word.nameLength));
    if (suffix) this.#output.ascii(suffix);
  }

  #labels(series: number, extra = '', bound = 0): void {
    const output = this.#output;
    const ref = this.#word(word.refsAt) + series * 2;
    const at = this.#frame.words[ref]!;
    const length = this.#frame.words[ref + 1]!;
    if (length === 0 && extra === '') return;
    output.byte(open!);
    if (length > 0) output.bytes(this.#frame.segments[at >>> 20]!, at & 0xf_ffff, length);
    if (extra !== '') {
      output.ascii(length > 0 ? `,${extra}="` : `${extra}="`);
      this.#bound(bound);
      output.byte(34);
    }
    output.byte(close!);
  }

  #bound(index: number): void {
    if (index === this.#word(word.boundCount)) {
      this.#output.ascii('+Inf');
      return;
    }
    const at = this.#word(word.boundsAt) + index * 2;
    this.#output.bytes(this.#frame.meta, this.#frame.words[at]!, this.#frame.words[at + 1]!);
  }

  #value(value: number, exemplarKey: number): void {
    this.#output.byte(space!);
    this.#output.number(value);
    if (this.#nextExemplar < this.#word(word.exemplarCount) && exemplarKey !== none)
      this.#exemplar(exemplarKey);
    this.#output.byte(newline!);
  }

  #exemplar(key: number): void {
    const { words, meta } = this.#frame;
    const at = this.#word(word.exemplarsAt) + this.#nextExemplar * 3;
    if (words[at] !== key) return;
    this.#nextExemplar++;
    this.#output.bytes(meta, words[at + 1]!, words[at + 2]!);
  }

  #word(position: number): number {
    return this.#frame.words[this.#record + position]!;
  }
}
