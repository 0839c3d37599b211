import { fromNative } from './error.ts';

/** What a native task gave, or which of the expected statuses it ended with. */
export async function settled<T, S extends number>(
  task: Promise<T>,
  ...expected: readonly S[]
): Promise<T | S> {
  try {
    return await task;
  } catch (error) {
    const status = /^status (\d+)$/.exec(String((error as Error).message))?.[1];
    const known = expected.find((each) => String(each) === status);
    if (known === undefined) throw fromNative(error);
    return known;
  }
}
