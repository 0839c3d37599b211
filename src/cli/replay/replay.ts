import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WolfsecError } from '../../errors.ts';
import { detectFormat, type Format, textReader } from '../../event/index.ts';
import { lineBatches } from '../scan/batches.ts';
import type { Input } from '../scan/inputs.ts';

export interface ReplayOptions {
  /** The service, e.g. `http://127.0.0.1:8480`. */
  readonly url: string;
  readonly key?: string;
  /** Events a second; 0 for as fast as they are taken. */
  readonly rate: number;
  /** How often the inputs are played. Default 1. */
  readonly times?: number;
  readonly format?: Format;
  /** Stamp each event with the time of its sending (`@timestamp`), as though it happened now. Default `false`. */
  readonly now?: boolean;
  readonly signal?: AbortSignal;
}

export interface ReplayFigures {
  events: number;
  rejected: number;
  detections: number;
  /** Answers of 429 and 503 that were waited out. */
  held: number;
  /** Lines of text that are not of their format, and lines that are too long. */
  faults: number;
  elapsedMs: number;
}

const maxBatchEvents = 1_000;
/** How often one batch is sent before it is given up. */
const maxTries = 50;

/**
 * Sends inputs to a service at a rate, in batches of a tenth of a second. The schedule counts from the start, so that
 * a slow answer is caught up with.
 *
 * @throws {WolfsecError} `WOLFSEC_DELIVERY_FAILED` where the service refuses a batch or does not answer.
 */
export async function replay(inputs: readonly Input[], options: ReplayOptions): Promise<ReplayFigures> {
  const figures: ReplayFigures = { events: 0, rejected: 0, detections: 0, held: 0, faults: 0, elapsedMs: 0 };
  const startedMs = performance.now();
  const { rate, times = 1, signal } = options;
  const size = rate === 0 ? maxBatchEvents : Math.max(1, Math.min(maxBatchEvents, Math.floor(rate / 10)));
  let sent = 0;
  try {
    for (let round = 0; round < times; round++) {
      for await (const lines of linesOf(inputs, options.format, figures)) {
        for (let at = 0; at < lines.length; at += size) {
          const batch = lines.slice(at, at + size);
          if (rate > 0) {
            await sleep(Math.max(0, startedMs + (sent / rate) * 1_000 - performance.now()), undefined, {
              signal,
            });
          }
          await deliver(batch, options, figures);
          sent += batch.length;
        }
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  figures.elapsedMs = performance.now() - startedMs;
  return figures;
}

/** The inputs as lines of JSON. */
async function* linesOf(inputs: readonly Input[], wanted: Format | undefined, figures: ReplayFigures) {
  for (const input of inputs) {
    let format = wanted;
    let read: ReturnType<typeof textReader> | undefined;
    for await (const batch of lineBatches(input.open(() => {}))) {
      if ('oversized' in batch) {
        figures.faults++;
        continue;
      }
      let text = batch.bytes.toString('utf8');
      if (batch.firstLine === 1) text = text.replace(/^\ufeff/, '');
      format ??= detectFormat(text.slice(0, 64 * 1024).split('\n', 50));
      if (!format) {
        throw new WolfsecError('WOLFSEC_FORMAT_UNKNOWN', `the format of ${input.name} is not known: name it`);
      }
      if (format !== 'ndjson') {
        read ??= textReader(format);
        const { ndjson, faults } = read(text, new Date());
        figures.faults += faults.length;
        text = ndjson.toString('utf8');
      }
      yield text.split('\n').filter((line) => line.trim() !== '');
    }
  }
}

async function deliver(
  lines: readonly string[],
  options: ReplayOptions,
  figures: ReplayFigures,
): Promise<void> {
  const { url, key, signal } = options;
  const headers = {
    'content-type': 'application/x-ndjson',
    // The same for each try, so that a batch whose answer was lost counts once.
    'idempotency-key': randomUUID(),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  const body = (options.now ? lines.map(stamped) : lines).join('\n');
  for (let tries = 1; ; tries++) {
    const answer = await fetch(new URL('/v1/events', url), {
      method: 'POST',
      headers,
      body,
      ...(signal ? { signal } : {}),
    }).catch((cause: Error) => {
      if (signal?.aborted) throw cause;
      throw failed(
        `${url} does not answer: ${(cause.cause as Error | undefined)?.message ?? cause.message}`,
        cause,
      );
    });
    const said = await answer.text();
    const again = answer.status === 429 || answer.status === 503;
    if (again && tries < maxTries) {
      figures.held++;
      const seconds = Number(answer.headers.get('retry-after') ?? 1);
      await sleep(Math.min(30, Math.max(0.1, seconds || 1)) * 1_000, undefined, signal ? { signal } : {});
      continue;
    }
    if (answer.status !== 200 && answer.status !== 400) {
      throw failed(`${url} answered ${answer.status}: ${said.slice(0, 500)}`);
    }
    const outcome = parsed(said);
    if (!outcome) throw failed(`${url} answered ${answer.status}: ${said.slice(0, 500)}`);
    figures.events += outcome.accepted;
    figures.rejected += outcome.rejected;
    figures.detections += outcome.detections;
    return;
  }
}

/** The event as though it happened now. `@timestamp` is what is looked at first; the rest stays as it was. */
function stamped(line: string): string {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) {
      return JSON.stringify({ ...event, '@timestamp': new Date().toISOString() });
    }
  } catch {
    // Not an event: the service says so.
  }
  return line;
}

function parsed(body: string): { accepted: number; rejected: number; detections: number } | undefined {
  try {
    const { accepted, rejected, detections } = JSON.parse(body);
    const whole = [accepted, rejected, detections].every((each) => Number.isSafeInteger(each));
    return whole ? { accepted, rejected, detections } : undefined;
  } catch {
    return undefined;
  }
}

const failed = (message: string, cause?: unknown) =>
  new WolfsecError('WOLFSEC_DELIVERY_FAILED', message, { cause });
