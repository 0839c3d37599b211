import pMap from 'p-map';
import { invalidArgument, WolfsecError } from '../errors.ts';

/** Settings of {@link mapConcurrent}. */
export interface MapConcurrentOptions {
  /** Calls in flight at most. Default: 10. */
  readonly concurrency?: number;
  /** Ends the mapping: nothing new begins, and the calls in flight are told. */
  readonly signal?: AbortSignal;
}

/**
 * Maps items by an asynchronous function, some at a time; results keep the order of the items. The first
 * failure rejects: nothing new begins, and the calls in flight see their signal aborted. The input may be an
 * endless iterable: no more is taken from it than is being worked on.
 *
 * @throws {WolfsecError} `WOLFSEC_ABORTED` by the signal; `WOLFSEC_INVALID_ARGUMENT` for a concurrency below 1.
 */
export async function mapConcurrent<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  map: (item: T, index: number, signal: AbortSignal) => Promise<R> | R,
  options: MapConcurrentOptions = {},
): Promise<R[]> {
  const { concurrency = 10, signal } = options;
  if (!(Number.isInteger(concurrency) || concurrency === Infinity) || concurrency < 1) {
    throw invalidArgument('concurrency', 'an integer above 0');
  }
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const aborted = () =>
    new WolfsecError('WOLFSEC_ABORTED', 'the mapping was aborted', { cause: signal?.reason });
  if (signal?.aborted) throw aborted();
  try {
    return await pMap(items, async (item, index) => map(item, index, either), {
      concurrency,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    failed.abort(error);
    throw signal?.aborted && error === signal.reason ? aborted() : error;
  }
}
