import { WolfsecError } from '../errors.ts';

/** Releases what a back end holds for an object that was collected without being disposed of. */
const collected = new FinalizationRegistry<() => void>((release) => release());

/**
 * A handle that a back end gave: released when its one owner is disposed of, or collected with it. It throws
 * `WOLFSEC_DISPOSED` from then on.
 */
export class OwnedHandle<Handle> {
  readonly #what: string;
  readonly #release: () => void;
  #handle: Handle | undefined;

  /**
   * @param what What the owner is called in the error.
   * @param release Must hold neither this nor the owner, or they are never collected.
   */
  constructor(what: string, handle: Handle, release: () => void) {
    this.#what = what;
    this.#handle = handle;
    this.#release = release;
    collected.register(this, release, this);
  }

  /** The handle, while it is good. */
  live(): Handle {
    if (this.#handle === undefined) throw disposed(this.#what);
    return this.#handle;
  }

  /** A second call does nothing. */
  dispose(): void {
    if (this.#handle === undefined) return;
    this.#handle = undefined;
    collected.unregister(this);
    this.#release();
  }
}

const disposed = (what: string) =>
  new WolfsecError('WOLFSEC_DISPOSED', `the ${what} was disposed of and can no longer be used`);
