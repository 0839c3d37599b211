import { session } from './session.ts';

/** An answer that is no success; `status` is 0 where no answer came. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

type Value = string | number | boolean | undefined;

/** The path with a query of what is given: lists become repeated names; `undefined` and empty values are left out. */
export function withQuery(path: string, query: Readonly<Record<string, Value | readonly Value[]>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined && one !== '') given.append(name, String(one));
  }
  return given.size > 0 ? `${path}?${given}` : path;
}

export const get = <T>(path: string, signal?: AbortSignal) => send<T>('GET', path, undefined, signal);
export const post = <T = unknown>(path: string, body: object) => send<T>('POST', path, body);
export const remove = <T = unknown>(path: string) => send<T>('DELETE', path);

/** Asks the server's API; rejects with an {@link ApiError}. An answer of 401 ends the session here too. */
async function send<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body) headers['content-type'] = 'application/json';
  const token = session.value?.csrfToken;
  if (method !== 'GET' && token) headers['x-csrf-token'] = token;
  const response = await fetch(path, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The engine cannot be reached: it may be down, or the network between.');
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  if (response.status === 401) session.value = null;
  throw new ApiError(response.status, await messageOf(response));
}

/** What the server says went wrong, as a sentence. */
async function messageOf(response: Response): Promise<string> {
  const told = (await response.json().catch(() => null)) as { error?: { message?: unknown } } | null;
  const message = told?.error?.message;
  if (typeof message !== 'string' || message === '') return `The engine answered ${response.status}.`;
  return `${message[0]?.toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}
