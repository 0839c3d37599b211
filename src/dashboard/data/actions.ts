import { signal } from '@preact/signals';
import { post } from './api.ts';
import { plural } from './format.ts';
import { tick } from './stream.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'failed';
}

/** What was just done, or failed. */
export const toasts = signal<readonly Toast[]>([]);

const maxToasts = 4;
/** Long enough to read: about 15 characters a second, and never under five seconds. */
const shownMs = (text: string) => Math.max(5_000, text.length * 70);
let lastId = 0;

/** Says something at the page's edge, for a while. */
export function tell(text: string, kind: Toast['kind'] = 'done'): void {
  const id = ++lastId;
  toasts.value = [...toasts.value, { id, text, kind }].slice(-maxToasts);
  setTimeout(() => {
    toasts.value = toasts.value.filter((one) => one.id !== id);
  }, shownMs(text));
}

/** Does something and says so, or says why it failed; gives whether it was done. */
export async function act<T>(deed: () => Promise<T>, done: (result: T) => string): Promise<boolean> {
  try {
    tell(done(await deed()));
    // Shown at once, even while the page is paused: it is the reader's own deed.
    tick();
    return true;
  } catch (error) {
    tell((error as Error).message, 'failed');
    return false;
  }
}

/** What the server changes with one request. */
const maxIds = 500;

/** Acknowledges or resolves alerts, however many; gives whether it was done. */
export function change(action: 'acknowledge' | 'resolve', ids: readonly string[], note?: string) {
  return act(
    async () => {
      let changed = 0;
      for (let at = 0; at < ids.length; at += maxIds) {
        const body = { ids: ids.slice(at, at + maxIds), ...(note === undefined ? {} : { note }) };
        changed += (await post<{ changed: string[] }>(`/v1/alerts/${action}`, body)).changed.length;
      }
      return changed;
    },
    (changed) => `${plural(changed, 'alert')} ${action === 'resolve' ? 'resolved' : 'acknowledged'}`,
  );
}
