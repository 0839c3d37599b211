import type { Detection } from '../../detect/detection.ts';
import { invalidArgument } from '../../errors.ts';
import type { AddressList } from '../address-lists.ts';
import type { RequestOrigin } from '../detections.ts';
import { fitsPath } from '../exclusions.ts';
import type { AgentKind } from './agent.ts';
import { Behaviour } from './behaviour.ts';
import { type BotSignal, botScores, readHeaders } from './headers.ts';

/** Settings of the signals of bots. */
export interface BotOptions {
  /** Score from which on a client is taken for a bot. Default 8: no header alone gets there. */
  readonly threshold?: number;
  /** Whether a request counts as an attack where its anomaly score and this one together reach the threshold. Default true. */
  readonly addToScore?: boolean;
  /** Paths that nothing leads to, or their starts with `*`: who asks for one is no person. Default: none. */
  readonly honeypots?: readonly string[];
  /** How long that is remembered of an address, in milliseconds. Default 1 hour. */
  readonly honeypotMs?: number;
  /** Different paths of an address within `spanMs` from which on it is suspicious. Default 200; below 2,000. */
  readonly maxPaths?: number;
  /** Answers 404 and 410 to an address within `spanMs` from which on it is suspicious. Default 30. */
  readonly maxNotFound?: number;
  /** Default 1 minute. */
  readonly spanMs?: number;
  /** Addresses that are remembered, about 500 bytes each. Default 20,000. */
  readonly maxClients?: number;
  /** Where crawlers come from, by a part of their `User-Agent` in lower case, e.g. `{ googlebot: list }`. */
  readonly crawlers?: Readonly<Record<string, AddressList>>;
}

/** What the signals say of the client of a request. */
export interface BotVerdict {
  /** Whether the score reaches the threshold. */
  readonly bot: boolean;
  readonly score: number;
  readonly signals: readonly BotSignal[];
  /** What it says it is. */
  readonly agent: AgentKind;
}

/** Watches the clients of one guard. */
export class BotWatch {
  readonly addToScore: boolean;
  readonly #options: Required<Omit<BotOptions, 'addToScore'>>;
  readonly #behaviour: Behaviour;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a bound that is no whole number in its range. */
  constructor(options: BotOptions) {
    const all = {
      threshold: 8,
      honeypots: [],
      honeypotMs: 3_600_000,
      maxPaths: 200,
      maxNotFound: 30,
      spanMs: 60_000,
      maxClients: 20_000,
      crawlers: {},
      ...options,
    };
    for (const name of [
      'threshold',
      'honeypotMs',
      'maxPaths',
      'maxNotFound',
      'spanMs',
      'maxClients',
    ] as const) {
      if (!Number.isSafeInteger(all[name]) || all[name] < 1)
        throw invalidArgument(`bots.${name}`, 'a whole number above 0');
    }
    // Beyond, the estimate is no longer to a few per cent.
    if (all.maxPaths >= 2000) throw invalidArgument('bots.maxPaths', 'a whole number below 2000');
    this.addToScore = options.addToScore ?? true;
    this.#options = all;
    this.#behaviour = new Behaviour(all.maxClients, all.spanMs);
  }

  /** Counts a request and says what is known of its client. */
  look(client: string, path: string, rawHeaders: readonly string[], nowMs: number): BotVerdict {
    const { threshold, honeypots, honeypotMs, maxPaths, maxNotFound } = this.#options;
    const { agent, signals } = readHeaders(rawHeaders);
    if (agent === 'crawler' && this.#isFalse(client, rawHeaders)) signals.push('false-crawler');
    if (honeypots.some((one) => fitsPath(one, path))) {
      this.#behaviour.trap(client, nowMs);
      signals.push('honeypot');
    } else if (nowMs - this.#behaviour.trappedAt(client) < honeypotMs) signals.push('honeypot-before');
    if (this.#behaviour.visit(client, path, nowMs) > maxPaths) signals.push('many-paths');
    if (this.#behaviour.misses(client, nowMs) > maxNotFound) signals.push('many-not-found');
    const score = signals.reduce((sum, signal) => sum + botScores[signal], 0);
    return { bot: score >= threshold, score, signals, agent };
  }

  /** Counts what a client was answered. */
  answered(client: string, status: number, nowMs: number): void {
    if (status === 404 || status === 410) this.#behaviour.missed(client, nowMs);
  }

  #isFalse(client: string, rawHeaders: readonly string[]): boolean {
    const at = rawHeaders.findIndex((text, place) => place % 2 === 0 && text.toLowerCase() === 'user-agent');
    const agent = (rawHeaders[at + 1] ?? '').slice(0, 512).toLowerCase();
    return Object.entries(this.#options.crawlers).some(
      ([name, list]) => agent.includes(name) && !list.has(client),
    );
  }
}

/** A bot as a detection of the main stream. */
export function botDetection(verdict: BotVerdict, origin: RequestOrigin): Detection {
  const { clientAddress, userAgent, requestId } = origin;
  return {
    kind: 'http',
    ruleId: 'bot-client',
    title: 'Client behaves as a program',
    level: 'low',
    tags: ['attack.t1595'],
    matched: verdict.signals.map((signal) => ({ field: 'bot.signal', value: signal })),
    eventTimeMs: origin.timeMs,
    event: { index: 0, source: 'http', ...(requestId === undefined ? {} : { id: requestId }) },
    entities: {
      'url.path': origin.path,
      'http.request.method': origin.method,
      ...(clientAddress === undefined ? {} : { 'source.ip': clientAddress }),
      ...(userAgent === undefined ? {} : { 'user_agent.original': userAgent }),
    },
  };
}
