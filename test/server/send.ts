import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks for in it differs.
  readonly body: any;
}

/** Posts a body as it is; every header is the test's own. */
export function send(
  url: string,
  path: string,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(url, path, { method: 'POST', headers }, body);
}

export function ask(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method: 'GET', ...options, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = answer.headers['content-type']?.includes('json');
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: json ? JSON.parse(text) : text,
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
