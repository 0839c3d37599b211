/** Tells an error of a process that goes on. */
export const say = (error: unknown) =>
  console.error(`wolfsec: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);

/** Resolves when the process is asked to stop. */
export const stopAsked = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
