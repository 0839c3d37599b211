import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { Detection } from '../../src/detect/detection.ts';
import { readHeaders } from '../../src/http/bots/headers.ts';
import { AddressList, Bans, type BotOptions, guardNode, HttpGuard } from '../../src/http/index.ts';
import { Registry } from '../../src/metrics/index.ts';
import { sharedData, withoutSharedData } from '../shared-data.ts';

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const hints = ['sec-ch-ua', '"Chromium";v="141", "Not?A_Brand";v="8"', 'sec-ch-ua-platform', '"Linux"'];

/** Header orders as Chromium 141 sent them over HTTP/1.1, and Firefox's. */
const browsers: [string, string[]][] = [
  [
    'a page',
    [
      'Host',
      'a',
      'Connection',
      'keep-alive',
      ...hints,
      'User-Agent',
      chrome,
      'Accept',
      '*/*',
      'Accept-Encoding',
      'gzip',
      'Accept-Language',
      'en',
    ],
  ],
  [
    'a script that sets its language',
    [
      'Host',
      'a',
      'accept-language',
      'de',
      ...hints,
      'User-Agent',
      chrome,
      'Accept',
      '*/*',
      'Accept-Encoding',
      'gzip',
    ],
  ],
  [
    'a web socket',
    [
      'Host',
      'a',
      'User-Agent',
      chrome,
      'Upgrade',
      'websocket',
      'Accept-Encoding',
      'gzip',
      'Accept-Language',
      'en',
    ],
  ],
  [
    'Firefox',
    ['Host', 'a', 'User-Agent', firefox, 'Accept', '*/*', 'Accept-Language', 'en', 'Accept-Encoding', 'gzip'],
  ],
];

describe('headers', () => {
  test.each(browsers)('of %s tell nothing', (_, rawHeaders) => {
    expect(readHeaders(rawHeaders)).toEqual({ agent: 'browser', signals: [] });
  });

  test.each([
    ['none', [], ['no-agent']],
    ['library', ['user-agent', 'python-requests/2.32'], ['library']],
    ['automation', ['user-agent', chrome.replace('Chrome', 'HeadlessChrome')], ['automation']],
    ['harvester', ['user-agent', 'Mozilla/4.5 (compatible; HTTrack 3.0x; Windows 98)'], ['harvester']],
    [
      'crawler',
      ['user-agent', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
      [],
    ],
    ['other', ['user-agent', 'GitHub-Hookshot/abcdef1'], []],
    ['browser', ['user-agent', chrome, 'accept', '*/*'], ['missing-headers']],
    ['browser', ['accept-language', 'en', 'accept-encoding', 'gzip', 'user-agent', chrome], ['header-order']],
    [
      'browser',
      ['user-agent', firefox, 'accept-encoding', 'gzip', 'accept-language', 'en', ...hints],
      ['header-order', 'client-hints'],
    ],
    [
      'browser',
      [
        'sec-ch-ua',
        '"Chromium";v="120"',
        'user-agent',
        chrome,
        'accept-encoding',
        'gzip',
        'accept-language',
        'en',
      ],
      ['client-hints'],
    ],
    [
      'browser',
      [
        'sec-ch-ua',
        '"Chromium";v="141"',
        'sec-ch-ua-platform',
        '"Windows"',
        'user-agent',
        chrome,
        'accept-encoding',
        'gzip',
        'accept-language',
        'en',
      ],
      ['client-hints'],
    ],
  ] as const)('of %s: %j', (agent, rawHeaders, signals) => {
    expect(readHeaders(rawHeaders)).toEqual({ agent, signals });
  });

  test('long or hostile agents cost no more than others', () => {
    for (const agent of ['Mozilla/5.0 ('.repeat(10_000), 'a'.repeat(1_000_000), '\0'.repeat(5000)]) {
      expect(readHeaders(['user-agent', agent]).agent).toBe('other');
    }
  });
});

describe('the guard', () => {
  function watched(bots: BotOptions, bans?: Bans) {
    let nowMs = 0;
    const detections: Detection[] = [];
    const guard = new HttpGuard({
      mode: 'block',
      bots,
      ...(bans ? { bans } : {}),
      clock: () => nowMs,
      onDetection: (all) => void detections.push(...all),
    });
    const ask = async (url: string, remoteAddress = '192.0.2.1', rawHeaders = browsers[0]?.[1] ?? []) => {
      const request = { method: 'GET', url, rawHeaders, remoteAddress };
      const admission = await guard.admit(request);
      return admission.exempt ? admission.decision : guard.inspect(request, admission);
    };
    const advance = (ms: number) => {
      nowMs += ms;
    };
    return { guard, ask, detections, advance };
  }

  test('stops who falls into a trap, and knows him for a while', async () => {
    const { ask, detections, advance } = watched({
      honeypots: ['/old-admin/*'],
      threshold: 5,
      honeypotMs: 1000,
    });
    expect(await ask('/')).toMatchObject({
      action: 'pass',
      bot: { bot: false, score: 0, signals: [], agent: 'browser' },
    });
    expect(await ask('/old-admin/login?x=1')).toMatchObject({
      action: 'block',
      status: 403,
      reason: 'bot',
      bot: { bot: true, score: 8, signals: ['honeypot'] },
    });
    expect(await ask('/')).toMatchObject({ action: 'block', bot: { signals: ['honeypot-before'] } });
    expect((await ask('/', '192.0.2.2')).action).toBe('pass');
    advance(1000);
    expect((await ask('/')).action).toBe('pass');
    expect(detections[0]).toMatchObject({
      ruleId: 'bot-client',
      matched: [{ field: 'bot.signal', value: 'honeypot' }],
      entities: { 'source.ip': '192.0.2.1', 'url.path': '/old-admin/login' },
    });
  });

  test('counts different paths, not requests, within a span', async () => {
    const { ask, advance } = watched({ maxPaths: 100, spanMs: 1000 });
    for (let i = 0; i < 500; i++) expect((await ask(`/page?i=${i}`)).bot?.signals).toEqual([]);
    const signalled: number[] = [];
    for (let i = 0; i < 130; i++)
      if ((await ask(`/items/${i}`)).bot?.signals.includes('many-paths')) signalled.push(i);
    expect(signalled[0]).toBeGreaterThan(90);
    expect(signalled[0]).toBeLessThan(110);
    advance(1000);
    expect((await ask('/items/1')).bot?.signals).toEqual([]);
  });

  test('counts answers that there is nothing', async () => {
    const { guard, ask } = watched({ maxNotFound: 3 });
    for (let i = 0; i < 4; i++) guard.answered(await ask('/'), i < 2 ? 404 : 410);
    expect((await ask('/')).bot).toMatchObject({ bot: false, score: 5, signals: ['many-not-found'] });
    guard.answered(await ask('/', '192.0.2.9'), 200);
    expect((await ask('/', '192.0.2.9')).bot?.signals).toEqual([]);
  });

  test('knows a crawler by where it comes from', async () => {
    const googlebot = new AddressList({ entries: ['203.0.113.0/24'] });
    const { ask } = watched({ crawlers: { googlebot } });
    const headers = [
      'User-Agent',
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    ];
    expect((await ask('/', '203.0.113.5', headers)).action).toBe('pass');
    expect(await ask('/', '192.0.2.5', headers)).toMatchObject({
      action: 'block',
      bot: { signals: ['false-crawler'] },
    });
  });

  test('adds to the score of a request, which alone would pass', async () => {
    const headers = ['user-agent', 'curl/8.0', 'accept', '*/*'];
    const suspicious = '/?file=C:/inetpub/wwwroot/web.config'; // Two findings of less than high severity, or one.
    const alone = await watched({ addToScore: false }).ask(suspicious, '192.0.2.1', headers);
    const score = alone.verdict?.score ?? 0;
    expect(score).toBeGreaterThan(0);
    const patient = (bots: BotOptions) => {
      const guard = new HttpGuard({ mode: 'block', threshold: score + 1, bots });
      const request = { method: 'GET', url: suspicious, rawHeaders: headers, remoteAddress: '192.0.2.1' };
      return guard.admit(request).then((admission) => guard.inspect(request, admission));
    };
    expect(await patient({ addToScore: false })).toMatchObject({ action: 'pass', verdict: { score } });
    expect(await patient({})).toMatchObject({
      action: 'block',
      reason: 'attack',
      verdict: { scores: { bot: 1 } },
    });
  });

  test('reports in monitor mode and inspects on; bans in block mode', async () => {
    const registry = new Registry();
    const seen: Detection[] = [];
    const guard = new HttpGuard({
      registry,
      bots: { honeypots: ['/trap'] },
      onDetection: (all) => void seen.push(...all),
    });
    const request = {
      method: 'GET',
      url: '/trap?q=<script>alert(1)</script>',
      rawHeaders: [],
      remoteAddress: '192.0.2.1',
    };
    const admission = await guard.admit(request);
    expect(admission).toMatchObject({ exempt: false, decision: { action: 'pass', reason: 'bot' } });
    expect(guard.inspect(request, admission)).toMatchObject({ action: 'pass', reason: 'attack' });
    expect(seen.map(({ ruleId }) => ruleId)).toEqual(
      expect.arrayContaining(['bot-client', 'xss-script-tag']),
    );
    const bans = new Bans({ threshold: 8 });
    await watched({ honeypots: ['/trap'] }, bans).ask('/trap');
    expect(bans.banned('192.0.2.1')).toBeDefined();
  });

  test.each([{ threshold: 0 }, { spanMs: 1.5 }, { maxPaths: 2000 }, { maxClients: -1 }])(
    'refuses %j',
    (bots) => {
      expect(() => new HttpGuard({ bots })).toThrowError(/bots\./);
    },
  );

  test('is told by the middleware what was answered', async () => {
    const guard = new HttpGuard({ bots: { maxNotFound: 1 } });
    const spied = vi.spyOn(guard, 'answered');
    const server = createServer(guardNode(guard, (_, response) => response.writeHead(404).end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/none`)).text();
    await vi.waitFor(() => expect(spied).toHaveBeenCalledWith(expect.anything(), 404));
    server.closeAllConnections();
    server.close();
  });
});

const corpus = sharedData('http/dev.ndjson.gz');
test.skipIf(!corpus)(`no legitimate request of the public corpus is a bot's (${withoutSharedData})`, () => {
  const lines = gunzipSync(readFileSync(corpus as string))
    .toString('utf8')
    .trim()
    .split('\n');
  const scores = lines
    .map((line) => JSON.parse(line) as { label: string; headers: Record<string, string> })
    .filter(({ label }) => label === 'legit')
    .map(({ headers }) => readHeaders(Object.entries(headers).flat()).signals);
  expect(scores.length).toBeGreaterThan(20_000);
  const wrong = scores.filter((signals) =>
    signals.some((one) => ['automation', 'harvester', 'client-hints'].includes(one)),
  );
  expect(wrong).toEqual([]);
});
