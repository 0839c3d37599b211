import { Dice, inOrder, iso, told } from './day.ts';

type Pairs = Readonly<Record<string, string | number>>;

/** One line of logfmt. */
function line(pairs: Pairs, atMs: number): string {
  return Object.entries({ time: iso(atMs), service: 'shop', ...pairs })
    .map(
      ([key, value]) =>
        `${key}=${/^[\w.:/@-]+$/.test(String(value)) ? value : JSON.stringify(String(value))}`,
    )
    .join(' ');
}

const attacks = told<Pairs>(
  [
    [
      '09:03:11',
      {
        level: 'error',
        msg: 'upload to bucket failed: InvalidAccessKeyId AKIAIOSFODNN7EXAMPLE',
        region: 'eu-west-1',
      },
    ],
    [
      '10:27:45',
      {
        level: 'debug',
        msg: 'request headers: accept: */*, authorization: Bearer 2YotnFZFEjr1zCsicMWpAA2YotnFZFEjr1zCsicMWpAA',
      },
    ],
    [
      '11:48:02',
      {
        level: 'error',
        msg: 'cannot connect to mysql://shop:correct-horse-example@db.example.com:3306/orders',
      },
    ],
    ['13:15:29', { level: 'debug', msg: 'loaded key -----BEGIN RSA PRIVATE KEY----- MIIExample' }],
    [
      '14:51:37',
      { level: 'warn', msg: 'login form: user=carol password=Rainy-Monday-example', user: 'carol' },
    ],
    [
      '15:33:04',
      {
        level: 'debug',
        msg: 'session eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJleGFtcGxlIiwiaWF0IjoxNzk1NTA3MjAwfQ.c2lnbmF0dXJlLWZvci1leGFtcGxlLW9ubHk',
      },
    ],
  ],
  line,
);

export function applicationLog(): string {
  const dice = new Dice(4);
  const requests = dice.scattered(80, (atMs) => {
    const user = dice.one(['alice', 'bob', 'carol', 'dave', 'erin']);
    const durationMs = dice.between(2, 320);
    return line(
      dice.one<Pairs>([
        {
          level: 'info',
          msg: 'request handled',
          method: 'GET',
          path: '/api/cart',
          status: 200,
          duration_ms: durationMs,
          user,
        },
        {
          level: 'info',
          msg: 'order placed',
          order: dice.between(10000, 99999),
          user,
          total_eur: dice.between(5, 900),
        },
        { level: 'info', msg: 'password changed', user },
        { level: 'info', msg: 'access token refreshed', user, token_id: dice.hex(8) },
        { level: 'warn', msg: 'slow query', duration_ms: durationMs + 900, table: 'orders' },
        { level: 'info', msg: 'connected to postgres://shop:***@db.example.com:5432/orders' },
        { level: 'debug', msg: 'authorization: Bearer [redacted]', user },
      ]),
      atMs,
    );
  });
  return inOrder(requests, attacks);
}
