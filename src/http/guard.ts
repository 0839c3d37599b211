import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { debuglog } from 'node:util';
import type { Detection } from '../detect/detection.ts';
import { invalidArgument } from '../errors.ts';
import type { Registry } from '../metrics/index.ts';
import type { AddressList } from './address-lists.ts';
import { type BotOptions, type BotVerdict, BotWatch, botDetection } from './bots/watch.ts';
import { clientAddressReader, clientKey, type TrustProxy } from './client-address.ts';
import { detectionsOf, type RequestOrigin } from './detections.ts';
import { guardMetrics } from './guard-metrics.ts';
import { inflateBody } from './inflate.ts';
import { HttpInspector, type HttpVerdict, type InspectorOptions, severityScores } from './inspector.ts';
import type { BanList } from './limits/bans.ts';
import type { LimitDecision } from './limits/limit.ts';
import type { RateLimiter } from './limits/limiter.ts';
import { fitsRoute, pathOf } from './path.ts';
import { header, listHeader } from './raw-headers.ts';
import { ResponseGuard, type ResponseOptions, type ResponseWatch } from './response/guard.ts';

/** `monitor` reports and lets through; `block` answers for the application; `off` does nothing. */
export type GuardMode = 'monitor' | 'block' | 'off';

/** What a route may have otherwise; the first whose path fits counts. */
export interface RouteRule {
  /** Path, or its start where it ends in `*`. Case and a slash at the end do not count. */
  readonly path: string;
  readonly mode?: GuardMode;
  readonly limiter?: RateLimiter | false;
  /** Bytes of body that are inspected. */
  readonly maxBodyBytes?: number;
}

/** Settings of {@link HttpGuard}. */
export interface GuardOptions extends InspectorOptions {
  /** Default `monitor`. */
  readonly mode?: GuardMode;
  readonly trustProxy?: TrustProxy;
  /** What happens when the guard itself fails: the request passes (`open`, default) or gets a 503 (`closed`). */
  readonly onFailure?: 'open' | 'closed';
  /** Bytes of body that are read for inspection; the application gets all of it. Default 128 KiB. */
  readonly maxBodyBytes?: number;
  /**
   * How long the next bytes of a body are waited for, in milliseconds. In `block` mode a body that stays away longer is
   * refused with 408, since what comes of it later would not be seen. Default 10,000.
   */
  readonly bodyWaitMs?: number;
  /**
   * A `Content-Length` above it is refused with 413 in `block` mode; a body in chunks tells none. Default: no limit but the
   * application's.
   */
  readonly maxContentLength?: number;
  readonly routes?: readonly RouteRule[];
  readonly limiter?: RateLimiter;
  readonly bans?: BanList;
  /** Never stopped nor inspected. */
  readonly allow?: AddressList;
  /** Always refused. */
  readonly deny?: AddressList;
  /** What is known of addresses, e.g. `Reputation` of `wolfsec/reputation`: asked at once, without the network. */
  readonly reputation?: AddressReputation;
  /** Score of an address, 0 to 100, from which on it is refused. Default 70. */
  readonly maxRisk?: number;
  /** Header that carries the request id, taken over when a trusted proxy sent it. Default `x-request-id`. */
  readonly requestIdHeader?: string;
  /** Told of what a request was found to hold, to be detected upon and stored. What it throws is left out. */
  readonly onDetection?: (detections: readonly Detection[]) => void;
  /** Told of failures of the guard itself, e.g. of a limit store that cannot be reached. */
  readonly onError?: (error: unknown) => void;
  /** Shows `wolfsec_http_requests_total{action, reason}` and the time of inspections. Default: nowhere. */
  readonly registry?: Registry;
  /** Tells programs from people. Default: not at all. */
  readonly bots?: BotOptions;
  /** Looks at responses for what they give away. Default: not at all. */
  readonly responses?: ResponseOptions;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** The part of a reputation that the guard asks. */
export interface AddressReputation {
  /** The score of an address, 0 (nothing known) to 100. Asked for each request: from memory, at once. */
  check(address: string): { readonly score: number };
}

/** A request as frameworks hand it over. */
export interface GuardedRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string;
  /** Whether a body follows, where the head need not say so, as in HTTP/2. Default: as `Content-Length` and `Transfer-Encoding` tell. */
  readonly hasBody?: boolean | undefined;
}

/** Why a request was stopped. */
export type BlockReason =
  | 'attack'
  | 'banned'
  | 'denied'
  | 'reputation'
  | 'bot'
  | 'rate-limit'
  | 'too-large'
  | 'slow-body'
  | 'compression-bomb'
  | 'failure';

/** What the guard decided; middlewares give it to the application. */
export interface GuardDecision {
  readonly action: 'pass' | 'block';
  readonly reason?: BlockReason;
  /** Status and headers of the answer where blocked; headers to add where passed. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly clientAddress: string;
  readonly mode: GuardMode;
  readonly verdict?: HttpVerdict;
  readonly limit?: LimitDecision;
  /** The client's score where a reputation is asked: 0 nothing known, 100 certainly hostile. */
  readonly risk?: number;
  /** What the client looks like where `bots` are watched for. */
  readonly bot?: BotVerdict;
}

/** A request under way: decided upon its head first, then, where it has one, upon its body. */
export interface Admission {
  readonly decision: GuardDecision;
  /** Bytes of body wanted for inspection; 0: none. */
  readonly bodyBytes: number;
  /** Decided already: not to be inspected. */
  readonly exempt: boolean;
}

const debug = debuglog('wolfsec');

/** Lists, bans, limits and inspection in that order, and what follows from them. */
export class HttpGuard {
  readonly #options: GuardOptions;
  readonly #inspector: HttpInspector;
  readonly #addressOf: (remote: string, forwarded?: string) => string;
  readonly #clock: () => number;
  readonly #metrics: ReturnType<typeof guardMetrics> | undefined;
  readonly #responses: ResponseGuard | undefined;
  readonly #bots: BotWatch | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` as {@link HttpInspector} does, and for an unknown mode. */
  constructor(options: GuardOptions = {}) {
    const { mode = 'monitor', onFailure = 'open' } = options;
    if (!['monitor', 'block', 'off'].includes(mode)) throw invalidArgument('mode', 'monitor, block or off');
    if (options.maxRisk !== undefined && !(options.maxRisk > 0))
      throw invalidArgument('maxRisk', 'a number above 0');
    if (options.bodyWaitMs !== undefined && !(options.bodyWaitMs > 0))
      throw invalidArgument('bodyWaitMs', 'a number above 0');
    if (!['open', 'closed'].includes(onFailure)) throw invalidArgument('onFailure', 'open or closed');
    this.#options = { mode, onFailure, ...options };
    this.#inspector = new HttpInspector(options);
    this.#addressOf = clientAddressReader(options.trustProxy);
    this.#clock = options.clock ?? Date.now;
    this.#metrics = options.registry && guardMetrics(options.registry);
    this.#bots = options.bots && new BotWatch(options.bots);
    this.#responses =
      options.responses && new ResponseGuard(options.responses, { ...options, clock: this.#clock });
  }

  /** How long middlewares wait for the next bytes of a body. */
  get bodyWaitMs(): number {
    return this.#options.bodyWaitMs ?? 10_000;
  }

  /** Whether {@link answered} wants to know how requests were answered. */
  get followsAnswers(): boolean {
    return this.#bots !== undefined;
  }

  /** Tells the guard how the application answered a request that it let pass: what it counts hangs on it. */
  answered(decision: GuardDecision, status: number): void {
    if (decision.bot) this.#bots?.answered(clientKey(decision.clientAddress), status, this.#clock());
  }

  /** The inspection of the response to a request that passed; `undefined` where there is none. */
  watchResponse(request: GuardedRequest, decision: GuardDecision): ResponseWatch | undefined {
    if (this.#responses === undefined || decision.mode === 'off') return undefined;
    const { requestId, clientAddress } = decision;
    return this.#responses.watch({
      method: request.method,
      path: pathOf(request.url),
      requestId,
      clientAddress,
    });
  }

  /** Decides upon the head of a request. Never throws: a failure of the guard's own is decided by `onFailure`. */
  async admit(request: GuardedRequest): Promise<Admission> {
    const path = pathOf(request.url);
    const route = this.#options.routes?.find((one) => fitsRoute(one.path, path));
    const context = this.#context(request, route);
    let admission: Admission;
    try {
      admission = await this.#admit(request, context, path, route);
    } catch (error) {
      const decision = this.#failed(error, context);
      // A limit that cannot be counted is no reason to let an attack pass.
      admission = decision.action === 'block' ? ended(decision) : this.#toInspect(request, decision, route);
    }
    if (admission.exempt) this.#metrics?.decided(admission.decision);
    return admission;
  }

  /**
   * Decides upon the whole request, `body` being as much of it as was asked for: its content codings are
   * taken off first. A body that grows beyond measure is refused with 413. One that is not all of the codings it names
   * is inspected as it came besides, since many applications do not heed them. Of a `late` body more is to come than was
   * waited for: it is refused with 408. Never throws.
   */
  async examine(
    request: GuardedRequest,
    admission: Admission,
    body?: Uint8Array,
    late = false,
  ): Promise<GuardDecision> {
    if (!late) return this.#examine(request, admission, body);
    const decision = this.#stop(admission.decision, 'slow-body', 408);
    if (decision.action === 'pass') return this.#examine(request, { ...admission, decision }, body);
    this.#metrics?.decided(decision);
    return decision;
  }

  async #examine(
    request: GuardedRequest,
    admission: Admission,
    body: Uint8Array | undefined,
  ): Promise<GuardDecision> {
    const codings = body?.length ? listHeader(request.rawHeaders, 'content-encoding') : undefined;
    if (body === undefined || codings === undefined) return this.inspect(request, admission, body);
    let decision: GuardDecision;
    try {
      const { outcome, body: plain, mixed } = await inflateBody(body, codings, admission.bodyBytes, true);
      if (outcome !== 'bomb') {
        const asItCame = mixed || (outcome === 'unreadable' && isText(request)) ? body : undefined;
        return this.inspect(request, admission, outcome === 'read' ? plain : asItCame, asItCame);
      }
      this.#options.bans?.offend(clientKey(admission.decision.clientAddress), severityScores.critical);
      decision = this.#stop(admission.decision, 'compression-bomb', 413);
    } catch (error) {
      decision = this.#failed(error, admission.decision);
    }
    this.#metrics?.decided(decision);
    return decision;
  }

  /** The same for a body that no content coding lies on, or in either of two readings. Never throws. */
  inspect(
    request: GuardedRequest,
    admission: Admission,
    body?: Uint8Array,
    otherwise?: Uint8Array,
  ): GuardDecision {
    if (!this.#metrics) return this.#inspect(request, admission.decision, body, otherwise);
    const started = performance.now();
    const decision = this.#inspect(request, admission.decision, body, otherwise);
    this.#metrics.inspected((performance.now() - started) / 1000);
    this.#metrics.decided(decision);
    return decision;
  }

  #inspect(
    request: GuardedRequest,
    decision: GuardDecision,
    body: Uint8Array | undefined,
    otherwise: Uint8Array | undefined,
  ): GuardDecision {
    try {
      let verdict = this.#inspector.inspect({ ...request, body });
      if (otherwise !== undefined && otherwise !== body && !verdict.attack) {
        const second = this.#inspector.inspect({ ...request, body: otherwise });
        if (second.score > verdict.score) verdict = second;
      }
      if (verdict.findings.length === 0 && !verdict.attack) return decision;
      const { bot } = decision;
      if (bot && this.#bots?.addToScore) verdict = this.#inspector.withScore(verdict, 'bot', bot.score);
      this.#report(request, decision, (origin) => detectionsOf(verdict, origin));
      if (!verdict.attack) return { ...decision, verdict };
      this.#options.bans?.offend(clientKey(decision.clientAddress), verdict.score);
      return this.#stop({ ...decision, verdict }, 'attack', 403);
    } catch (error) {
      return this.#failed(error, decision);
    }
  }

  async #admit(
    request: GuardedRequest,
    context: GuardDecision,
    path: string,
    route: RouteRule | undefined,
  ): Promise<Admission> {
    const { allow, deny, bans, reputation, maxRisk = 70 } = this.#options;
    let passed = context;
    if (passed.mode === 'off' || allow?.has(context.clientAddress))
      return { decision: passed, bodyBytes: 0, exempt: true };
    if (deny?.has(context.clientAddress)) return ended(this.#stop(passed, 'denied', 403));
    // Text that is no address has no reputation: a header may say anything.
    if (reputation && isIP(context.clientAddress) !== 0) {
      const risk = reputation.check(context.clientAddress).score;
      passed = { ...passed, risk };
      if (risk >= maxRisk) return ended(this.#stop(passed, 'reputation', 403));
    }
    const client = clientKey(context.clientAddress);
    const ban = bans?.banned(client);
    if (ban) {
      const seconds = Math.ceil((ban.untilMs - this.#clock()) / 1000);
      const refused = {
        ...passed,
        headers: { ...passed.headers, 'retry-after': String(Math.max(1, seconds)) },
      };
      return ended(this.#stop(refused, 'banned', 403));
    }
    if (this.#bots) {
      const bot = this.#bots.look(client, path, request.rawHeaders, this.#clock());
      passed = { ...passed, bot };
      if (bot.bot) {
        this.#report(request, passed, (origin) => [botDetection(bot, origin)]);
        passed = this.#stop(passed, 'bot', 403);
        if (passed.action === 'block') {
          bans?.offend(client, bot.score);
          return ended(passed);
        }
      }
    }
    const limiter = route?.limiter ?? this.#options.limiter;
    let decision: GuardDecision = passed;
    if (limiter) {
      const limit = await limiter.consume(client);
      decision = { ...passed, limit, headers: { ...passed.headers, ...limitHeaders(limit) } };
      if (!limit.allowed) return ended(this.#stop(decision, 'rate-limit', 429));
    }
    return this.#toInspect(request, decision, route);
  }

  /** What is to be looked at of a request that nothing speaks against so far. */
  #toInspect(request: GuardedRequest, decision: GuardDecision, route: RouteRule | undefined): Admission {
    const length = Number(header(request.rawHeaders, 'content-length') ?? 0);
    if (length > (this.#options.maxContentLength ?? Number.POSITIVE_INFINITY)) {
      return ended(this.#stop(decision, 'too-large', 413));
    }
    const carries =
      request.hasBody ?? (length > 0 || header(request.rawHeaders, 'transfer-encoding') !== undefined);
    const most = route?.maxBodyBytes ?? this.#options.maxBodyBytes ?? 131_072;
    return { decision, bodyBytes: carries ? most : 0, exempt: false };
  }

  #context(request: GuardedRequest, route: RouteRule | undefined): GuardDecision {
    const name = this.#options.requestIdHeader ?? 'x-request-id';
    const given = this.#options.trustProxy ? header(request.rawHeaders, name.toLowerCase()) : undefined;
    const requestId = given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    const clientAddress = this.#addressOf(
      request.remoteAddress,
      listHeader(request.rawHeaders, 'x-forwarded-for'),
    );
    return {
      action: 'pass',
      status: 200,
      headers: { [name]: requestId },
      requestId,
      clientAddress,
      mode: route?.mode ?? this.#options.mode ?? 'monitor',
    };
  }

  #stop(decision: GuardDecision, reason: BlockReason, status: number): GuardDecision {
    return decision.mode === 'block'
      ? { ...decision, action: 'block', reason, status }
      : { ...decision, reason };
  }

  #failed(error: unknown, decision: GuardDecision): GuardDecision {
    this.#quietly(() => this.#options.onError?.(error));
    if (this.#options.onFailure === 'open') return decision;
    return { ...decision, action: 'block', reason: 'failure', status: 503 };
  }

  #report(
    request: GuardedRequest,
    decision: GuardDecision,
    detections: (origin: RequestOrigin) => readonly Detection[],
  ): void {
    const { onDetection } = this.#options;
    if (!onDetection) return;
    const userAgent = header(request.rawHeaders, 'user-agent');
    const origin: RequestOrigin = {
      requestId: decision.requestId,
      clientAddress: decision.clientAddress,
      method: request.method,
      path: pathOf(request.url),
      ...(userAgent === undefined ? {} : { userAgent }),
      timeMs: this.#clock(),
    };
    this.#quietly(() => onDetection(detections(origin)));
  }

  /** What listeners throw is theirs: it neither stops nor passes a request. */
  #quietly(call: () => void): void {
    try {
      call();
    } catch (error) {
      debug('a listener threw: %o', error);
    }
  }
}

const ended = (decision: GuardDecision): Admission => ({ decision, bodyBytes: 0, exempt: true });

/** Headers as draft-ietf-httpapi-ratelimit-headers names them, and `Retry-After` of RFC 9110. */
function limitHeaders(limit: LimitDecision): Record<string, string> {
  const headers: Record<string, string> = {
    'ratelimit-limit': String(limit.limit),
    'ratelimit-remaining': String(limit.remaining),
    'ratelimit-reset': String(Math.ceil(limit.resetAfterMs / 1000)),
  };
  if (!limit.allowed) headers['retry-after'] = String(Math.max(1, Math.ceil(limit.retryAfterMs / 1000)));
  return headers;
}

/** Whether a body is of a type that applications read as text, or of none that is named. */
function isText({ rawHeaders }: GuardedRequest): boolean {
  const type = header(rawHeaders, 'content-type') ?? 'text/plain';
  return /^\s*text\/|json|xml|urlencoded|multipart/i.test(type);
}
