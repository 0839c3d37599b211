const emptyCell = -1;

/** Cells for each series that a grid may have, above the first few. */
const cellsPerSeries = 4;
const freeCells = 1024;

/** The exponent of the least power of two that is at least `count`. */
const log2Above = (count: number): number => 32 - Math.clz32(Math.max(count, 1) - 1);

/**
 * Series ids by the numbers of one or two label values: one array read a look-up. Fits label sets that fill most
 * of the rectangle of their values; gives up, for good, where they do not.
 */
export class SeriesGrid {
  /** `cells[(first << shift) + second]`; none once the grid gave up. */
  cells = new Int32Array(1).fill(emptyCell);
  shift = 0;

  get fits(): boolean {
    return this.cells.length > 0;
  }

  /** Whether there is a cell for these numbers, without growing. */
  holds(first: number, second: number): boolean {
    return second < 1 << this.shift && (first << this.shift) + second < this.cells.length;
  }

  /** Makes room for numbers below `firsts` and `seconds`; false, and no cells at all, where that is too many. */
  grow(firsts: number, seconds: number, series: number): boolean {
    const shift = Math.max(log2Above(seconds), this.shift);
    const rows = Math.max(log2Above(firsts), log2Above(this.cells.length) - this.shift);
    if (shift + rows > 30 || 2 ** (shift + rows) > Math.max(freeCells, series * cellsPerSeries)) {
      this.cells = new Int32Array(0);
      return false;
    }
    const cells = new Int32Array(1 << (shift + rows)).fill(emptyCell);
    const width = 1 << this.shift;
    for (let from = 0, to = 0; from < this.cells.length; from += width, to += 1 << shift) {
      cells.set(this.cells.subarray(from, from + width), to);
    }
    this.cells = cells;
    this.shift = shift;
    return true;
  }

  set(first: number, second: number, id: number): void {
    this.cells[(first << this.shift) + second] = id;
  }

  clear(first: number, second: number): void {
    this.set(first, second, emptyCell);
  }
}
