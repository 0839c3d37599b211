import { computed, effect, signal } from '@preact/signals';
import type { EngineFigures, SessionInfo } from '../../server/api.ts';
import { get } from './api.ts';
import { session } from './session.ts';

/** How the engine does, once a second. */
export const figures = signal<EngineFigures | null>(null);
/** The figures of the last quarter of an hour, oldest first. */
export const recentFigures = signal<readonly EngineFigures[]>([]);
/** Grows whenever alerts changed, at most a few times a second: what is shown of them is to be asked for again. */
export const alertsChanged = signal(0);
/** Whether the reader holds the page still. */
export const paused = signal(false);

const open = signal(false);
export const connection = computed(() => (paused.value ? 'paused' : open.value ? 'live' : 'connecting'));

const maxFigures = 900;
const firstRetryMs = 2_000;
const maxRetryMs = 30_000;

/** What came while the page was held. */
let held: EngineFigures[] = [];
let missed = false;

let source: EventSource | undefined;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let retryMs = firstRetryMs;

/** Says that alerts changed. */
export function tick(): void {
  alertsChanged.value++;
}

/** Watches the server's events for as long as somebody is signed in. */
export function startStream(): void {
  const signedIn = computed(() => Boolean(session.value));
  effect(() => {
    if (signedIn.value) connect();
    else disconnect();
  });
}

/** Holds the page still, or shows at once what came meanwhile. */
export function togglePause(): void {
  paused.value = !paused.value;
  if (paused.value) return;
  show(held);
  held = [];
  if (missed) tick();
  missed = false;
}

function connect(): void {
  // A connection that merely broke the browser takes up again itself, telling the last id it saw (`Last-Event-ID`).
  source = new EventSource('/v1/stream');
  source.addEventListener('open', () => {
    open.value = true;
    retryMs = firstRetryMs;
  });
  source.addEventListener('error', () => {
    open.value = false;
    if (source?.readyState === EventSource.CLOSED) retryLater();
  });
  source.addEventListener('figures', ({ data }: MessageEvent<string>) => {
    const now = JSON.parse(data) as EngineFigures;
    if (!paused.value) show([now]);
    else held = [...held, now].slice(-maxFigures);
  });
  source.addEventListener('alerts', noteChange);
  source.addEventListener('reset', noteChange);
}

function disconnect(): void {
  clearTimeout(retryTimer);
  source?.close();
  source = undefined;
  open.value = false;
  paused.value = false;
  held = [];
  figures.value = null;
  recentFigures.value = [];
}

/** The server refused the stream: the session is over, or too many watch. The first shows when asked; the second passes. */
function retryLater(): void {
  source?.close();
  clearTimeout(retryTimer);
  retryTimer = setTimeout(() => {
    get<SessionInfo>('/v1/session').then(
      () => {
        connect();
        // A new connection tells nothing of what was missed.
        noteChange();
      },
      () => {
        if (session.value) retryLater();
      },
    );
  }, retryMs);
  retryMs = Math.min(maxRetryMs, retryMs * 2);
}

function noteChange(): void {
  if (paused.value) missed = true;
  else tick();
}

function show(fresh: readonly EngineFigures[]): void {
  const lastMs = recentFigures.value.at(-1)?.atMs ?? 0;
  // A connection begins with figures that may be known already.
  const newer = fresh.filter(({ atMs }) => atMs > lastMs);
  if (newer.length > 0) recentFigures.value = [...recentFigures.value, ...newer].slice(-maxFigures);
  figures.value = fresh.at(-1) ?? figures.value;
}
