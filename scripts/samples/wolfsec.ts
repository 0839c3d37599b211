import { Dice, inOrder, iso, repeated, told } from './day.ts';

interface Fact {
  readonly action: string;
  readonly user: string;
  readonly ip: string;
  readonly agent?: string;
}
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const outcome = (action: string) => (/failed|lockout|reuse|denied/.test(action) ? 'failure' : 'success');

/** ECS as nested objects. */
const nested = ({ action, user, ip, agent = firefox }: Fact, atMs: number) =>
  JSON.stringify({
    '@timestamp': iso(atMs),
    event: { provider: 'wolfsec', category: 'authentication', action, outcome: outcome(action) },
    user: { name: user },
    source: { ip },
    user_agent: { original: agent },
  });

/** The same under dotted keys. */
const dotted = ({ action, user, ip, agent = firefox }: Fact, atMs: number) =>
  JSON.stringify({
    '@timestamp': iso(atMs),
    'event.provider': 'wolfsec',
    'event.category': 'authentication',
    'event.action': action,
    'event.outcome': outcome(action),
    'user.name': user,
    'source.ip': ip,
    'user_agent.original': agent,
  });

const bot = 'python-requests/2.32.3';
const names = [
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  'frank',
  'grace',
  'heidi',
  'ivan',
  'judy',
  'mallory',
  'niaj',
];

export function wolfsecAuthentication(): string {
  const dice = new Dice(9);
  const bulk = dice.scattered(36, (atMs) => {
    const user = dice.one(names);
    const action = dice.one([
      'login_succeeded',
      'login_succeeded',
      'login_succeeded',
      'session_created',
      'session_revoked',
      'token_refreshed',
      'login_failed',
      'factor_succeeded',
    ]);
    return dice.one([nested, dotted])({ action, user, ip: `192.0.2.${names.indexOf(user) + 10}` }, atMs);
  });
  const bruteForce = repeated('03:10:00', 11, 6, (_, atMs) =>
    nested({ action: 'login_failed', user: 'alice', ip: '203.0.113.31', agent: bot }, atMs),
  );
  const broken = told<Fact>(
    [
      ['03:11:10', { action: 'login_succeeded', user: 'alice', ip: '203.0.113.31', agent: bot }],
      ['03:12:00', { action: 'token_reuse', user: 'alice', ip: '203.0.113.31', agent: bot }],
    ],
    nested,
  );
  const spray = repeated('04:00:00', 12, 70, (index, atMs) =>
    dotted(
      { action: 'login_failed', user: names[index] as string, ip: '198.51.100.77', agent: firefox },
      atMs,
    ),
  );
  // A list bought somewhere: each pair once, from a crowd of addresses, with one client.
  const stuffing = repeated('05:00:00', 30, 4, (index, atMs) =>
    dotted(
      {
        action: 'login_failed',
        user: `customer${index}@example.com`,
        ip: `198.51.100.${100 + (index % 15)}`,
        agent: 'okhttp/4.9.1',
      },
      atMs,
    ),
  );
  const lockouts = repeated('05:30:00', 6, 20, (index, atMs) =>
    nested(
      {
        action: 'lockout',
        user: names[index] as string,
        ip: `198.51.100.${120 + index}`,
        agent: 'okhttp/4.9.1',
      },
      atMs,
    ),
  );
  const codes = repeated('06:00:00', 6, 15, (_, atMs) =>
    nested({ action: 'factor_failed', user: 'erin', ip: '203.0.113.32' }, atMs),
  );
  return inOrder(bulk, bruteForce, broken, spray, stuffing, lockouts, codes);
}
