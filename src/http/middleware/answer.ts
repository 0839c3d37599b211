import type { GuardDecision } from '../guard.ts';

/** What a blocked client is told: nothing of the reason but the id to ask about. */
export function blockedBody(decision: GuardDecision): string {
  return JSON.stringify({ error: titles[decision.status] ?? 'Forbidden', requestId: decision.requestId });
}

const titles: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** Headers of the answer to a blocked request. */
export function blockedHeaders(decision: GuardDecision): Record<string, string> {
  return {
    ...decision.headers,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
}
