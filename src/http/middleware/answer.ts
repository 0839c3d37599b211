/** What a blocked client is told: nothing of the reason but the id to ask about. */
export function blockedBody(status: number, requestId: string): string {
  return JSON.stringify({ error: titles[status] ?? 'Forbidden', requestId });
}

const titles: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Headers of the answer to a blocked request, or in place of a blocked response. */
export function blockedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
}
