import { type AgentKind, type Engine, readAgent } from './agent.ts';

/** What tells a program from a person's browser, and what each adds to the score. */
export const botScores = {
  /** No `User-Agent`. */
  'no-agent': 2,
  /** An HTTP library by its own word. */
  library: 1,
  /** An automated browser by its own word. */
  automation: 4,
  /** A program that copies sites or collects addresses, by its own word. */
  harvester: 6,
  /** Claims to be a browser and lacks `Accept-Language` or `Accept-Encoding`, which all send. */
  'missing-headers': 2,
  /** Claims to be a browser and sends headers in an order that its engine does not. */
  'header-order': 1,
  /** Client hints (`Sec-CH-UA`) from an engine that has none, or that contradict the `User-Agent`. */
  'client-hints': 3,
  /** Claims to be a crawler from an address that is not the crawler's. */
  'false-crawler': 8,
  /** Asked for a path that nothing leads to. */
  honeypot: 8,
  /** Did so before. */
  'honeypot-before': 5,
  /** More different paths than a person opens. */
  'many-paths': 5,
  /** More paths that do not exist than a person meets. */
  'many-not-found': 5,
} as const;

/** A reason to take a client for a program. */
export type BotSignal = keyof typeof botScores;

/** What headers tell by themselves. */
export interface HeaderReading {
  readonly agent: AgentKind;
  readonly signals: BotSignal[];
}

const ofAgent: Partial<Record<AgentKind, BotSignal>> = {
  none: 'no-agent',
  library: 'library',
  automation: 'automation',
  harvester: 'harvester',
};

/** Reads the headers of a request, names and values in turn as they came. */
export function readHeaders(rawHeaders: readonly string[]): HeaderReading {
  const headers = new Map<string, { at: number; value: string }>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (!headers.has(name)) headers.set(name, { at, value: rawHeaders[at + 1] as string });
  }
  const textOf = (name: string) => headers.get(name)?.value;
  const agentText = textOf('user-agent');
  const { kind, engine } = readAgent(agentText);
  const signals: BotSignal[] = [];
  const own = ofAgent[kind];
  if (own) signals.push(own);
  if (kind === 'browser') {
    if (['accept-language', 'accept-encoding'].some((name) => !headers.has(name)))
      signals.push('missing-headers');
    if (isDisordered(engine, (name) => headers.get(name)?.at)) signals.push('header-order');
    if (contradictsHints(engine, agentText ?? '', textOf)) signals.push('client-hints');
  }
  return { agent: kind, signals };
}

/**
 * Whether headers stand as the engine does not send them over HTTP/1.1. Programs that copy a
 * browser's headers often sort them, or leave the order to their library.
 */
function isDisordered(engine: Engine, placeOf: (name: string) => number | undefined): boolean {
  const before = (first: string, second: string): boolean => {
    const [a, b] = [placeOf(first), placeOf(second)];
    return a === undefined || b === undefined || a < b;
  };
  if (engine === 'chromium') {
    // A script that sets Accept-Language itself moves it to the front.
    const language = before('accept-encoding', 'accept-language') || before('accept-language', 'user-agent');
    return !(before('user-agent', 'accept-encoding') && language);
  }
  if (engine === 'gecko') {
    return !(
      before('user-agent', 'accept') &&
      before('accept', 'accept-language') &&
      before('accept-language', 'accept-encoding')
    );
  }
  return false;
}

/** Platforms of `Sec-CH-UA-Platform` and what the `User-Agent` of the same browser says. */
const platforms: Readonly<Record<string, RegExp>> = {
  windows: /windows/i,
  macos: /mac os x|macintosh/i,
  android: /android|linux/i,
  linux: /linux|x11/i,
  'chrome os': /cros/i,
  ios: /iphone|ipad|mac os x/i,
};

function contradictsHints(
  engine: Engine,
  agent: string,
  textOf: (name: string) => string | undefined,
): boolean {
  const brands = textOf('sec-ch-ua');
  if (brands === undefined) return false;
  if (engine !== 'chromium' || /headless/i.test(brands)) return true;
  const claimed = textOf('sec-ch-ua-platform')?.replaceAll('"', '').toLowerCase();
  const fits = claimed === undefined ? undefined : platforms[claimed];
  if (fits && !fits.test(agent)) return true;
  const major = /Chrome\/(\d{1,4})/.exec(agent)?.[1];
  const versions = [...brands.matchAll(/"Chromium";v="(\d{1,4})"/g)].map((match) => match[1]);
  return major !== undefined && versions.length > 0 && !versions.includes(major);
}
