/** Numbers the values of one label, from 0; the number of a value that no series has is given out again. */
export class LabelNumbers {
  /** The number of each value in use; to be read alone. */
  readonly numbers = new Map<string, number>();
  readonly #values: string[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];

  valueOf(number: number): string {
    return this.#values[number]!;
  }

  /** The number of a value, which one series more has. */
  take(value: string): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#values.length;
      this.numbers.set(value, number);
      this.#values[number] = value;
      this.#uses[number] = 0;
    }
    this.#uses[number]!++;
    return number;
  }

  /** One series less has the value. */
  release(number: number): void {
    this.#uses[number]!--;
    if (this.#uses[number] !== 0) return;
    this.numbers.delete(this.#values[number]!);
    this.#values[number] = '';
    this.#free.push(number);
  }
}
