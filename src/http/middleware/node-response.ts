import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { ResponseOutcome, ResponseWatch } from '../response/guard.ts';
import { bodyHeaders } from '../response/media.ts';
import { blockedBody, blockedHeaders } from './answer.ts';
import { applyHead, type HeadArguments, headerOf } from './response-head.ts';

type Callback = (error?: Error | null) => void;

/**
 * Lets a watch look at what the application writes to a response of Node's server. Stands in for four
 * of its methods for good, since middlewares that come later may wrap them in turn; bodies that are
 * not inspected go through from their first byte.
 */
export function watchNodeResponse(watch: ResponseWatch, response: ServerResponse): void {
  new ResponseTap(watch, response).attach();
}

class ResponseTap {
  readonly #watch: ResponseWatch;
  readonly #response: ServerResponse;
  /** The methods as they stood: those of another middleware perhaps. */
  readonly #writeHead: (...head: never[]) => ServerResponse;
  readonly #flushHeaders: () => void;
  readonly #write: (...given: never[]) => boolean;
  readonly #end: (...given: never[]) => ServerResponse;
  #state: 'head' | 'copy' | 'hold' | 'judging' | 'drop' | 'done' = 'head';
  #chunks: Buffer[] = [];
  /** Bytes of the body so far that were inspected or are to be. */
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(watch: ResponseWatch, response: ServerResponse) {
    this.#watch = watch;
    this.#response = response;
    this.#writeHead = response.writeHead;
    this.#flushHeaders = response.flushHeaders;
    this.#write = response.write;
    this.#end = response.end as (...given: never[]) => ServerResponse;
  }

  attach(): void {
    const response = this.#response;
    response.writeHead = (...head: unknown[]) => {
      if (!this.#settled(head)) return this.#writeHead.apply(response, head as never[]);
      if (this.#state === 'hold') applyHead(response, head);
      return response;
    };
    response.flushHeaders = () => {
      if (!this.#settled()) this.#flushHeaders.call(response);
    };
    response.write = (...given: unknown[]) => this.#takeWrite(given);
    response.end = (...given: unknown[]) => this.#takeEnd(given);
    response.once('close', () => this.#closed());
  }

  /** Whether the body is kept from leaving; decided at the first call. */
  #settled(head?: HeadArguments): boolean {
    if (this.#state === 'head') this.#plan(head);
    return this.#state === 'hold' || this.#state === 'judging' || this.#state === 'drop';
  }

  #plan(head: HeadArguments | undefined): void {
    try {
      const plan = this.#watch.plan({
        status: typeof head?.[0] === 'number' ? head[0] : this.#response.statusCode,
        contentType: headerOf(this.#response, head, 'content-type'),
        contentEncoding: headerOf(this.#response, head, 'content-encoding'),
      });
      this.#state = plan === 'pass' ? 'done' : plan;
    } catch (error) {
      this.#state = 'done';
      this.#watch.guard.failed(error);
    }
    if (this.#state !== 'hold') return;
    // To the application the head is out: an error handler must not begin another answer.
    Object.defineProperty(this.#response, 'headersSent', { configurable: true, get: () => true });
    this.#timer = setTimeout(() => this.#release(false), this.#watch.guard.holdMs);
    this.#timer.unref();
  }

  #takeWrite(given: readonly unknown[]): boolean {
    const holds = this.#settled();
    const bytes = bytesOf(given[0], given[1]);
    if (!holds || bytes === undefined) {
      if (bytes === undefined) this.#release(false);
      else this.#copy(bytes);
      return this.#write.apply(this.#response, given as never[]);
    }
    const callback = given.find((one) => typeof one === 'function') as Callback | undefined;
    if (callback) process.nextTick(callback);
    if (this.#state !== 'hold') return true;
    // The application may use its buffer again once it is written.
    this.#chunks.push(bytes === given[0] ? Buffer.from(bytes) : bytes);
    this.#size += bytes.length;
    return this.#size < this.#watch.guard.maxBytes || this.#release(false);
  }

  #takeEnd(given: readonly unknown[]): ServerResponse {
    const response = this.#response;
    const holds = this.#settled();
    const [chunk, encoding] = given;
    const empty = chunk === undefined || chunk === null || typeof chunk === 'function';
    const bytes = empty ? Buffer.alloc(0) : bytesOf(chunk, encoding);
    if (!holds || bytes === undefined) {
      if (bytes === undefined) this.#release(false);
      else this.#copy(bytes);
      return this.#end.apply(response, given as never[]);
    }
    const callback = given.find((one) => typeof one === 'function') as Callback | undefined;
    if (this.#state === 'hold') {
      this.#chunks.push(bytes);
      this.#release(true, callback);
    } else if (callback) process.nextTick(callback);
    return response;
  }

  #copy(bytes: Buffer): void {
    const left = this.#watch.guard.maxBytes - this.#size;
    if (this.#state !== 'copy' || left <= 0) return;
    this.#chunks.push(Buffer.from(bytes.subarray(0, left)));
    this.#size += bytes.length;
  }

  /** Judges what was kept back and lets it go accordingly; returns whether more may be written at once. */
  #release(whole: boolean, callback?: Callback): boolean {
    clearTimeout(this.#timer);
    if (this.#state !== 'hold') return true;
    this.#state = 'judging';
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [];
    const outcome = this.#watch.judge(body, whole);
    if (!(outcome instanceof Promise)) return this.#send(outcome, body, whole, callback);
    void outcome.then((judged) => this.#send(judged, body, whole, callback));
    return true;
  }

  #send(outcome: ResponseOutcome, body: Buffer, whole: boolean, callback?: Callback): boolean {
    const response = this.#response;
    delete (response as { headersSent?: boolean }).headersSent;
    this.#state = whole ? 'done' : 'copy';
    if (response.destroyed) return true;
    if (outcome.action === 'block') return this.#block(callback);
    const sent = outcome.action === 'redact' ? outcome.body : body;
    if (outcome.action === 'redact') {
      for (const name of bodyHeaders) response.removeHeader(name);
      if (outcome.decoded) response.removeHeader('content-encoding');
      // Node writes no length of its own once one was taken away; trailers need chunks.
      if (whole && !response.hasHeader('trailer')) {
        response.removeHeader('transfer-encoding');
        response.setHeader('content-length', sent.length);
      }
    }
    if (!whole) return this.#write.call(response, sent as never);
    this.#end.call(response, sent as never, callback as never);
    return true;
  }

  /** Answers in the application's place; what it still writes goes nowhere. */
  #block(callback: Callback | undefined): boolean {
    const response = this.#response;
    for (const name of [...response.getHeaderNames(), ...bodyHeaders]) {
      if (name.startsWith('content-') || bodyHeaders.includes(name as never)) response.removeHeader(name);
    }
    const { requestId } = this.#watch.origin;
    for (const [name, value] of Object.entries(blockedHeaders({}))) response.setHeader(name, value);
    response.statusCode = 500;
    response.statusMessage = '';
    this.#end.call(response, blockedBody(500, requestId) as never, callback as never);
    this.#state = 'drop';
    return true;
  }

  #closed(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'copy' && this.#chunks.length > 0) this.#watch.report(Buffer.concat(this.#chunks));
    this.#chunks = [];
    if (this.#state !== 'drop') this.#state = 'done';
  }
}

/** What a chunk writes; `undefined` for what no stream takes, which Node then refuses. */
function bytesOf(chunk: unknown, encoding: unknown): Buffer | undefined {
  if (typeof chunk === 'string') {
    const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
    return Buffer.from(chunk, known);
  }
  if (!(chunk instanceof Uint8Array)) return undefined;
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
