import type { Buffer } from 'node:buffer';
import type { Detection } from '../../detect/detection.ts';
import { invalidArgument } from '../../errors.ts';
import { Redactor, type SecretKind } from '../../match/index.ts';
import type { Registry } from '../../metrics/index.ts';
import { inflateBody } from '../inflate.ts';
import { fitsRoute } from '../path.ts';
import { leakDetections, type ResponseOrigin } from './detections.ts';
import { type Leak, ResponseInspector } from './inspector.ts';
import { type ResponseHead, type ResponseKind, responseKind } from './media.ts';
import { responseMetrics } from './metrics.ts';
import { type LeakKind, leakKinds } from './patterns.ts';

/** `monitor` reports; `redact` takes out what it can; `block` answers 500 in place of the application; `off` does nothing. */
export type ResponseMode = 'monitor' | 'redact' | 'block' | 'off';

/** Settings of the inspection of responses. */
export interface ResponseOptions {
  /** Default `monitor`. */
  readonly mode?: ResponseMode;
  /** Bytes of a response that are inspected, and in `redact` and `block` kept back till then. Default 256 KiB. */
  readonly maxBytes?: number;
  /** How long `redact` and `block` keep an unfinished response back, in milliseconds. Default 2,000. */
  readonly holdMs?: number;
  /** Kinds to look for. Default: all. */
  readonly kinds?: readonly LeakKind[];
  /** Secrets to look for. Default: {@link leakedSecrets}. */
  readonly secrets?: readonly SecretKind[];
  /** Finds secrets, in place of `secrets`: for patterns of one's own. */
  readonly redactor?: Redactor;
  /** What paths have otherwise; the first that fits counts. A path ends in `*` where its start is meant. */
  readonly routes?: readonly { readonly path: string; readonly mode: ResponseMode }[];
}

/**
 * The secrets that no response should carry. Left out are those that applications answer with on
 * purpose: e-mail addresses, tokens of a login, browser keys.
 */
export const leakedSecrets: readonly SecretKind[] = [
  'private-key',
  'url-credentials',
  'aws-access-key',
  'github-token',
  'gitlab-token',
  'slack-token',
  'stripe-key',
  'npm-token',
  'model-api-key',
  'card',
];

/** What becomes of a response that was kept back. */
export type ResponseOutcome =
  | { readonly action: 'pass' | 'block' }
  /** The body in place of the one given; `decoded` where its content coding is off. */
  | { readonly action: 'redact'; readonly body: Buffer; readonly decoded: boolean };

/** What a guard reports to. */
export interface ResponseListeners {
  readonly onDetection?: (detections: readonly Detection[]) => void;
  readonly onError?: (error: unknown) => void;
  readonly registry?: Registry;
  readonly clock: () => number;
}

const modes: readonly string[] = ['monitor', 'redact', 'block', 'off'];
const passed: ResponseOutcome = { action: 'pass' };

/** Inspects responses for middlewares; knows no framework. */
export class ResponseGuard {
  readonly maxBytes: number;
  readonly holdMs: number;
  readonly #mode: ResponseMode;
  readonly #routes: NonNullable<ResponseOptions['routes']>;
  readonly #inspector: ResponseInspector;
  readonly #listeners: ResponseListeners;
  readonly #metrics: ReturnType<typeof responseMetrics> | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a mode, kind, secret or bound that is none. */
  constructor(options: ResponseOptions, listeners: ResponseListeners) {
    const { mode = 'monitor', maxBytes = 262_144, holdMs = 2000, routes = [], kinds = leakKinds } = options;
    for (const one of [mode, ...routes.map((route) => route.mode)]) {
      if (!modes.includes(one)) throw invalidArgument('responses.mode', modes.join(', '));
    }
    if (kinds.some((kind) => !leakKinds.includes(kind)))
      throw invalidArgument('responses.kinds', leakKinds.join(', '));
    for (const [name, value] of Object.entries({ maxBytes, holdMs })) {
      if (!Number.isSafeInteger(value) || value < 1)
        throw invalidArgument(`responses.${name}`, 'a whole number above 0');
    }
    this.maxBytes = maxBytes;
    this.holdMs = holdMs;
    this.#mode = mode;
    this.#routes = routes;
    const redactor = options.redactor ?? new Redactor({ kinds: options.secrets ?? leakedSecrets });
    this.#inspector = new ResponseInspector({ maxLength: maxBytes, kinds, redactor });
    this.#listeners = listeners;
    this.#metrics = listeners.registry && responseMetrics(listeners.registry);
  }

  /** The inspection of one response, or `undefined` where its path has none. */
  watch(origin: ResponseOrigin): ResponseWatch | undefined {
    const mode = this.#routes.find((route) => fitsRoute(route.path, origin.path))?.mode ?? this.#mode;
    return mode === 'off' ? undefined : new ResponseWatch(this, mode, origin);
  }

  /** What a body is found to hold is reported, and decides. Gives a promise where content codings lie on it. */
  judge(
    body: Buffer,
    kind: ResponseKind,
    mode: ResponseMode,
    report: { readonly origin: ResponseOrigin; readonly status: number },
  ): ResponseOutcome | Promise<ResponseOutcome> {
    if (kind.coding === undefined) return this.#judge(body, kind, mode, report, false);
    return inflateBody(body, kind.coding, this.maxBytes).then(
      ({ outcome, body: plain }) => {
        // A body that fills the bound has an end that was not seen: it cannot be put together again.
        const whole = outcome === 'read' && plain.length < this.maxBytes;
        const allowed = mode === 'redact' && !whole ? 'monitor' : mode;
        return outcome === 'read' ? this.#judge(plain, kind, allowed, report, true) : passed;
      },
      (error: unknown) => {
        this.failed(error);
        return passed;
      },
    );
  }

  /** A failure of the inspection's own: told, and the response goes out as it is. */
  failed(error: unknown): void {
    try {
      this.#listeners.onError?.(error);
    } catch {
      // What the listener throws must not reach the response either.
    }
  }

  #judge(
    body: Buffer,
    kind: ResponseKind,
    mode: ResponseMode,
    { origin, status }: { readonly origin: ResponseOrigin; readonly status: number },
    decoded: boolean,
  ): ResponseOutcome {
    try {
      const leaks = this.#inspector.inspect(body);
      const outcome = leaks.length === 0 ? passed : this.#decide(body, kind, mode, decoded);
      this.#metrics?.decided(outcome.action, leaks);
      if (leaks.length > 0) this.#report(leaks, origin, status);
      return outcome;
    } catch (error) {
      this.failed(error);
      return passed;
    }
  }

  #decide(body: Buffer, kind: ResponseKind, mode: ResponseMode, decoded: boolean): ResponseOutcome {
    if (mode === 'block') return { action: 'block' };
    if (mode !== 'redact') return passed;
    const redacted = this.#inspector.redactBytes(body, kind.json);
    return redacted === body ? passed : { action: 'redact', body: redacted, decoded };
  }

  #report(leaks: readonly Leak[], origin: ResponseOrigin, status: number): void {
    const { onDetection, clock } = this.#listeners;
    if (!onDetection) return;
    try {
      onDetection(leakDetections(leaks, origin, status, clock()));
    } catch (error) {
      this.failed(error);
    }
  }
}

/** The inspection of one response: asked once upon its head, then for judgement. */
export class ResponseWatch {
  readonly guard: ResponseGuard;
  readonly origin: ResponseOrigin;
  readonly #mode: ResponseMode;
  #kind: ResponseKind | undefined;
  #status = 0;

  constructor(guard: ResponseGuard, mode: ResponseMode, origin: ResponseOrigin) {
    this.guard = guard;
    this.origin = origin;
    this.#mode = mode;
  }

  /** What to do with the body: nothing, look at a copy, or keep it back for judgement. */
  plan(head: ResponseHead): 'pass' | 'copy' | 'hold' {
    this.#kind = this.origin.method === 'HEAD' ? undefined : responseKind(head);
    this.#status = head.status;
    if (this.#kind === undefined) return 'pass';
    return this.#mode === 'monitor' || this.#kind.live ? 'copy' : 'hold';
  }

  /**
   * Judges a body kept back, or the start of one: under a content coding a start can only be reported,
   * and passes at once. Never throws nor rejects.
   */
  judge(body: Buffer, whole: boolean): ResponseOutcome | Promise<ResponseOutcome> {
    if (this.#kind === undefined) return passed;
    if (whole || this.#kind.coding === undefined) return this.#judge(body, this.#mode);
    this.report(body);
    return passed;
  }

  /** Inspects a copy of what has left, once the response has been served. */
  report(body: Buffer): void {
    setImmediate(() => void this.#judge(body, 'monitor'));
  }

  #judge(body: Buffer, mode: ResponseMode) {
    const report = { origin: this.origin, status: this.#status };
    return this.guard.judge(body, this.#kind as ResponseKind, mode, report);
  }
}
