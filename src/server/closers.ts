/** What is open, closed last first; an error of one does not keep the others open. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  defer(close: () => unknown): void {
    this.#closers.push(close);
  }

  close(): Promise<void> {
    this.#closed ??= this.#run();
    return this.#closed;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    // What is closed waits on timers that hold no process open, so that one is held here.
    const held = setInterval(() => {}, 1_000);
    for (const close of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    clearInterval(held);
    if (errors.length > 0) throw errors[0];
  }
}

/** Opens something of many parts; where that fails, those that were open by then are closed again. */
export async function openOrClose<T>(
  open: (opened: Closers) => Promise<T>,
  onError: (error: unknown) => void,
): Promise<T> {
  const opened = new Closers();
  try {
    return await open(opened);
  } catch (error) {
    await opened.close().catch(onError);
    throw error;
  }
}
