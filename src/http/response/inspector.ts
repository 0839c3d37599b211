import { Buffer } from 'node:buffer';
import { PatternSet, Redactor } from '../../match/index.ts';
import { jsonReplacements } from './json-literals.ts';
import { type LeakKind, leakPatterns } from './patterns.ts';
import { joinSpans, type LeakSpan, replaceSpans } from './spans.ts';

/** Something in an answer that should not leave. */
export interface Leak {
  readonly kind: LeakKind;
  /** What wrote it (`node`, `postgresql` …), or the kind of secret. */
  readonly what: string;
}

/** Settings of {@link ResponseInspector}. */
export interface ResponseInspectorOptions {
  /** Bytes of a response that are read (characters of a string). Default 256 KiB. */
  readonly maxLength?: number;
  /** Kinds to look for. Default: all. */
  readonly kinds?: readonly LeakKind[];
  /** Finds secrets and card numbers. Default: all kinds of `redact`. */
  readonly redactor?: Redactor;
}

/** Kinds that can be taken out of an answer; what else is found can only be told, or keep it from leaving. */
const removable: ReadonlySet<LeakKind> = new Set(['secret', 'stack-trace', 'sql-error']);

/** Looks for what a response gives away: traces, database errors, listings, source code, secrets, card numbers. */
export class ResponseInspector {
  readonly #set: PatternSet<Leak>;
  readonly #redactor: Redactor | undefined;
  readonly #maxLength: number;

  /** Default: the first 256 KiB of a response, all kinds of leaks and secrets. */
  constructor(options: ResponseInspectorOptions = {}) {
    const { kinds, redactor, maxLength = 262_144 } = options;
    const wanted = (kind: LeakKind) => kinds === undefined || kinds.includes(kind);
    this.#set = new PatternSet(
      (Object.keys(leakPatterns) as (keyof typeof leakPatterns)[]).filter(wanted).flatMap((kind) =>
        Object.entries(leakPatterns[kind]).flatMap(([what, list]) => {
          const id: Leak = { kind, what };
          return list.map((regex) => ({ id, regex }));
        }),
      ),
    );
    this.#redactor = wanted('secret') ? (redactor ?? new Redactor()) : undefined;
    this.#maxLength = maxLength;
  }

  /** What the body gives away, each kind and writer once. */
  inspect(body: string | Uint8Array): Leak[] {
    const read = this.#start(body);
    const leaks = new Set(this.#set.matchedIds(read));
    const secrets = new Set(this.#redactor?.find(read).map((secret) => secret.kind));
    return [...leaks, ...[...secrets].map((what): Leak => ({ kind: 'secret', what }))];
  }

  /** The text with secrets, traces and database errors replaced by `[redacted:…]`. Not bounded by `maxLength`. */
  redact(text: string): string {
    const bytes = Buffer.from(text);
    const redacted = this.redactBytes(bytes);
    return redacted === bytes ? text : redacted.toString('utf8');
  }

  /**
   * The same for UTF-8, which may be cut off anywhere. As JSON what is replaced stays a literal: the
   * inside of a string, or a number that becomes one. Gives back the very same bytes where nothing was found.
   */
  redactBytes(body: Uint8Array, json = false): Buffer {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const spans = this.#removable(bytes);
    if (spans.length === 0) return body instanceof Buffer ? body : bytes;
    return replaceSpans(bytes, json ? this.#inLiterals(bytes, spans) : spans);
  }

  /**
   * A span that was cut down to its literal may have covered other leaks behind it, as a private key
   * without an end does: from there on it is searched again, three times at most; then it takes all that it covered.
   */
  #inLiterals(bytes: Buffer, spans: readonly LeakSpan[]): LeakSpan[] {
    const all: LeakSpan[] = [];
    let found = spans;
    for (let round = 0, from = 0; round < 4; round++) {
      const { replacements, cutAt } = jsonReplacements(bytes, found, from, round === 3);
      all.push(...replacements);
      if (cutAt === undefined) break;
      from = cutAt;
      found = this.#removable(bytes.subarray(from)).map((span) => ({
        ...span,
        start: span.start + cutAt,
        end: span.end + cutAt,
      }));
    }
    return all;
  }

  #removable(bytes: Buffer): LeakSpan[] {
    const leaks = this.#set
      .matches(bytes)
      .filter(({ id }) => removable.has(id.kind))
      .map(({ id, start, end }): LeakSpan => ({ start, end, text: `[redacted:${id.kind}]` }));
    const secrets = this.#redactor?.find(bytes) ?? [];
    return joinSpans([
      ...leaks,
      ...secrets.map(({ kind, start, end }): LeakSpan => ({ start, end, text: `[redacted:${kind}]` })),
    ]);
  }

  #start(body: string | Uint8Array): string | Uint8Array {
    if (body.length <= this.#maxLength) return body;
    return typeof body === 'string' ? body.slice(0, this.#maxLength) : body.subarray(0, this.#maxLength);
  }
}
