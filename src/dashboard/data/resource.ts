import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from './api.ts';

interface Resource<T> {
  /** The last answer; stays while a newer one is asked for. */
  readonly data?: T;
  /** Why the last question failed. */
  readonly error?: ApiError;
  readonly reload: () => void;
}

/**
 * What the API answers at a path, asked again whenever `tick` changes. One question is under way at a time: ticks that
 * come meanwhile lead to one more, so that slow answers still arrive.
 */
export function useResource<T>(path: string, tick = 0): Resource<T> {
  const [state, setState] = useState<{ readonly data?: T; readonly error?: ApiError }>({});
  const ask = useRef(() => {});

  useEffect(() => {
    const abort = new AbortController();
    let busy = false;
    let again = false;
    const load = async () => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        const data = await get<T>(path, abort.signal);
        if (!abort.signal.aborted) setState({ data });
      } catch (error) {
        if (!abort.signal.aborted) setState((before) => ({ ...before, error: asApiError(error) }));
      }
      busy = false;
      if (again && !abort.signal.aborted) {
        again = false;
        void load();
      }
    };
    ask.current = () => void load();
    return () => abort.abort();
  }, [path]);

  // After the effect above: the first question of a path, and one with each tick.
  useEffect(() => ask.current(), [path, tick]);
  return { ...state, reload: () => ask.current() };
}

const asApiError = (error: unknown) => (error instanceof ApiError ? error : new ApiError(0, String(error)));
