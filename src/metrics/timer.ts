/** A running time span: stop it, or let `using` do so at the end of the block. */
export class SpanTimer implements Disposable {
  readonly #started = performance.now();
  #record: ((seconds: number) => void) | undefined;

  /** Starts now; `record` gets the span in seconds, once. */
  constructor(record: (seconds: number) => void) {
    this.#record = record;
  }

  /** Records the span, once, and gives it in seconds; later calls give 0. */
  stop(): number {
    const record = this.#record;
    if (record === undefined) return 0;
    this.#record = undefined;
    const seconds = (performance.now() - this.#started) / 1000;
    record(seconds);
    return seconds;
  }

  /** Ends the span without recording it. */
  cancel(): void {
    this.#record = undefined;
  }

  /** As {@link stop}. */
  [Symbol.dispose](): void {
    this.stop();
  }
}
