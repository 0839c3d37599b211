const everyMs = 250;
const linesTogether = 16;
const maxLines = 256;
const maxLineBytes = 16 * 1024;

/** A few of the events that came of late, to measure rules on. */
export class EventSample {
  #lines: Buffer[] = [];
  #nextMs = 0;

  /** Takes some lines of a batch, at most every quarter of a second. */
  take(ndjson: Uint8Array): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + everyMs;
    for (let [at, taken] = [0, 0]; at < ndjson.length && taken < linesTogether; taken++) {
      const newline = ndjson.indexOf(0x0a, at);
      const end = newline === -1 ? ndjson.length : newline;
      // Copied: the batch's bytes are its sender's again once it is stored.
      if (end > at && end - at <= maxLineBytes) this.#lines.push(Buffer.from(ndjson.subarray(at, end)));
      at = end + 1;
    }
    if (this.#lines.length > maxLines) this.#lines = this.#lines.slice(-maxLines);
  }

  get size(): number {
    return this.#lines.length;
  }

  ndjson(): Buffer {
    const newline = Buffer.from('\n');
    return Buffer.concat(this.#lines.flatMap((line) => [line, newline]));
  }
}
