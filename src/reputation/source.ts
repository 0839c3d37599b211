import { readFile, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { WolfsecError } from '../errors.ts';
import { type GuardOptions, OutboundGuard } from '../net/guard.ts';
import { send } from '../net/send.ts';
import { type CompileOptions, compileFeed, type FeedTables } from './compile.ts';

export interface SourceOptions {
  /** File to read. */
  readonly path?: string;
  /** `https:` address to fetch; guarded as any outbound request, no redirects. */
  readonly url?: string;
  /** The list itself. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly guard?: GuardOptions;
  /** Longest list that is taken, in bytes. Default 128 MiB. */
  readonly maxBytes?: number;
  /** Longest wait for a URL, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/** Below this the list is parsed where we are: a thread takes longer to start. */
const inlineCharacters = 64 * 1024;

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where there is nothing to read. */
export function checkSource(name: string, { path, url, text }: SourceOptions): void {
  if (path === undefined && url === undefined && text === undefined) {
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `feed ${name} must have a path, a url or a text`);
  }
}

export async function readSource(name: string, options: SourceOptions): Promise<string> {
  const { path, url, text, maxBytes = 128 << 20 } = options;
  if (text !== undefined) return text;
  try {
    if (path !== undefined) {
      const { size } = await stat(path);
      if (size > maxBytes) throw new Error(`${size} bytes; at most ${maxBytes} are taken`);
      return checkText(await readFile(path, 'utf8'));
    }
    return checkText(await fetchText(url as string, options, maxBytes));
  } catch (error) {
    if (error instanceof WolfsecError) throw error;
    throw new WolfsecError('WOLFSEC_FEED_INVALID', `feed ${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function fetchText(address: string, options: SourceOptions, maxBytes: number): Promise<string> {
  const guard = new OutboundGuard(options.guard);
  const { headers = {}, timeoutMs = 60_000 } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await send(guard.check(address), undefined, {
    guard,
    method: 'GET',
    headers,
    signal,
    maxAnswerBytes: maxBytes,
  }).catch((error: unknown) => {
    throw signal.aborted ? new Error(`no whole answer within ${timeoutMs} ms`, { cause: error }) : error;
  });
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
  return answer.body;
}

/** Compressed files and UTF-16 begin with what is in no text; read on, they would be lines that are no indicators. */
function checkText(text: string): string {
  if (/[\0-\x08\x0e-\x1f]/.test(text.slice(0, 1_024)))
    throw new Error('no UTF-8 text: unpack it, and save it as UTF-8');
  return text;
}

/** Parses in a thread of its own where the list is long. */
export function compileApart(text: string, options: CompileOptions): Promise<FeedTables> {
  if (text.length < inlineCharacters) {
    return new Promise((resolve) => resolve(compileFeed(text, options)));
  }
  return new Promise((resolve, reject) => {
    const script = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const worker = new Worker(new URL(script, import.meta.url), {
      workerData: { text, options },
      execArgv: [],
    });
    worker.once('message', (answer: { tables: FeedTables } | { failure: string }) => {
      if ('tables' in answer) resolve(answer.tables);
      else reject(new WolfsecError('WOLFSEC_FEED_INVALID', answer.failure));
    });
    worker.once('error', reject);
    worker.once('exit', () =>
      reject(new WolfsecError('WOLFSEC_FEED_INVALID', 'the parser ended without an answer')),
    );
  });
}
