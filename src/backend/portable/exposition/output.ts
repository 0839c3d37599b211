const partBytes = 256 * 1024;
/** The largest line end that is written without asking for room: a number and a newline. */
const reserve = 64;

/** Bytes of text, in parts that are joined once. */
export class TextOutput {
  readonly #parts: Uint8Array[] = [];
  #part = Buffer.allocUnsafe(partBytes);
  #used = 0;
  #total = 0;

  /** Copies `length` bytes: a loop, since a label text is too short for `set` and its view to pay. */
  bytes(source: Uint8Array, at: number, length: number): void {
    if (this.#used + length + reserve > this.#part.length) this.#next(length + reserve);
    const part = this.#part;
    let to = this.#used;
    for (let from = at, end = at + length; from < end; ) part[to++] = source[from++]!;
    this.#used = to;
  }

  /** ASCII only. */
  ascii(text: string): void {
    if (this.#used + text.length + reserve > this.#part.length) this.#next(text.length + reserve);
    const part = this.#part;
    let to = this.#used;
    for (let i = 0; i < text.length; i++) part[to++] = text.charCodeAt(i);
    this.#used = to;
  }

  byte(code: number): void {
    if (this.#used + reserve > this.#part.length) this.#next(reserve);
    this.#part[this.#used++] = code;
  }

  number(value: number): void {
    if (value >= 0 && value <= 0x7fff_ffff && (value | 0) === value) this.#integer(value | 0);
    else if (value === Infinity) this.ascii('+Inf');
    else if (value === -Infinity) this.ascii('-Inf');
    else this.ascii(String(value));
  }

  join(): Uint8Array {
    this.#flush();
    return Buffer.concat(this.#parts, this.#total);
  }

  #integer(value: number): void {
    let digits = 1;
    for (let power = 10; power <= value && digits < 10; power *= 10) digits++;
    if (this.#used + digits > this.#part.length) this.#next(reserve);
    let to = this.#used + digits;
    this.#used = to;
    let rest = value;
    do {
      const tenth = (rest / 10) | 0;
      this.#part[--to] = 48 + rest - tenth * 10;
      rest = tenth;
    } while (rest > 0);
  }

  #next(atLeast: number): void {
    this.#flush();
    this.#part = Buffer.allocUnsafe(Math.max(partBytes, atLeast));
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#parts.push(this.#part.subarray(0, this.#used));
    this.#total += this.#used;
    this.#used = 0;
  }
}
