const width = 30;
const intervalMs = 100;

/** A progress bar on standard error; silent where that is no terminal. */
export class Progress {
  readonly #total: number;
  readonly #label: string;
  readonly #shown = process.stderr.isTTY === true;
  #done = 0;
  #drawnMs = 0;

  constructor(total: number, label: string) {
    this.#total = total;
    this.#label = label;
  }

  advance(amount: number): void {
    this.#done += amount;
    if (!this.#shown || performance.now() - this.#drawnMs < intervalMs) return;
    this.#drawnMs = performance.now();
    const share = this.#total > 0 ? Math.min(1, this.#done / this.#total) : 0;
    const filled = Math.round(share * width);
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    process.stderr.write(`\r${this.#label} ${bar} ${String(Math.round(share * 100)).padStart(3)} %`);
  }

  /** Takes the bar off the screen. */
  clear(): void {
    if (this.#shown && this.#drawnMs > 0) process.stderr.write('\r\x1b[K');
  }
}
