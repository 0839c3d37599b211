/** Longer names and paths are cut off. */
export const maxPath = 256;

/**
 * Where a walk through JSON stands: `user.name`, `items[].id`. One step for each level of nesting: the
 * key read last in an object (empty before the first), `undefined` for every element of an array.
 */
export class JsonPath {
  readonly #steps: (string | undefined)[] = [];

  get depth(): number {
    return this.#steps.length;
  }

  enter(object: boolean): void {
    this.#steps.push(object ? '' : undefined);
  }

  /** Leaves a level; says whether it was the one expected. */
  leave(object: boolean): boolean {
    if (this.#steps.length === 0) return false;
    return (this.#steps.pop() !== undefined) === object;
  }

  get inObject(): boolean {
    return this.#steps.at(-1) !== undefined;
  }

  setKey(key: string): void {
    if (this.inObject) this.#steps[this.#steps.length - 1] = key;
  }

  /** The key that values stand under here. */
  get key(): string {
    return this.#steps.findLast((step) => step !== undefined) ?? '';
  }

  toString(): string {
    let written = '';
    for (const step of this.#steps) {
      if (step === undefined) written += '[]';
      else if (step !== '') written += (written === '' ? '' : '.') + step.slice(0, maxPath);
    }
    return written.slice(0, maxPath);
  }
}
