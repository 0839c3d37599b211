import { Dice, inOrder, iso, type Line, repeated, told } from './day.ts';

/** `program: message`, as a person would write it down. */
type Writer = (fact: string, atMs: number) => string;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const split = (fact: string) => /^([\w-]+): (.*)$/s.exec(fact)?.slice(1) as [string, string];
/** Stays the same from run to run, differs from line to line. */
const pid = (atMs: number) => 1000 + ((atMs / 1000) % 30011);

/** RFC 3164, as `/var/log/auth.log` has it. */
const classic: Writer = (fact, atMs) => {
  const [program, message] = split(fact);
  const at = new Date(atMs);
  const day = String(at.getUTCDate()).padStart(2);
  return `${months[at.getUTCMonth()]} ${day} ${iso(atMs).slice(11, 19)} bastion ${program}[${pid(atMs)}]: ${message}`;
};

/** RFC 5424; facility 10 (authpriv) for logins, 1 (user) for the rest, both at level info. */
const modern: Writer = (fact, atMs) => {
  const [program, message] = split(fact);
  const priority = ['sshd', 'sudo', 'su'].includes(program) ? 86 : 14;
  const data = priority === 86 ? '-' : '[origin@32473 software="shop" version="4.2.0"]';
  return `<${priority}>1 ${iso(atMs)} shop-2.example.com ${program} ${pid(atMs)} - ${data} ${message}`;
};

const people = ['alice', 'bob', 'carol', 'dave'];
const commands = [
  '/usr/bin/apt-get update',
  '/usr/bin/systemctl restart shop.service',
  '/usr/bin/systemctl status nginx',
  '/usr/bin/journalctl -u shop.service -n 200',
  '/usr/bin/tail -n 100 /var/log/nginx/error.log',
  '/usr/sbin/visudo -c',
];

function workday(dice: Dice, count: number, write: Writer): Line[] {
  return dice.scattered(count, (atMs) => {
    const person = dice.one(people);
    const from = `10.20.0.${dice.between(10, 60)} port ${dice.between(40000, 60000)}`;
    return write(
      dice.one([
        `sshd: Accepted publickey for ${person} from ${from} ssh2: ED25519 SHA256:${dice.hex(43)}`,
        `sshd: pam_unix(sshd:session): session opened for user ${person}(uid=1001) by ${person}(uid=0)`,
        `sshd: Disconnected from user ${person} ${from}`,
        `sudo: ${person} : TTY=pts/${dice.between(0, 3)} ; PWD=/home/${person} ; USER=root ; COMMAND=${dice.one(commands)}`,
        'CRON: pam_unix(cron:session): session opened for user root(uid=0) by root(uid=0)',
        'CRON: pam_unix(cron:session): session closed for user root',
        `systemd-logind: New session ${dice.between(100, 999)} of user ${person}.`,
      ]),
      atMs,
    );
  });
}

/** Two tries, then the right password: an ordinary morning. */
const mistyped = [
  ['07:58:12', 'sshd: Failed password for bob from 10.20.0.31 port 50114 ssh2'],
  ['07:58:19', 'sshd: Failed password for bob from 10.20.0.31 port 50114 ssh2'],
  ['07:58:27', 'sshd: Accepted password for bob from 10.20.0.31 port 50114 ssh2'],
] as const;

export function authLog(): string {
  const bruteForce = repeated('09:14:03', 12, 4, (index, atMs) =>
    classic(`sshd: Failed password for deploy from 203.0.113.45 port ${51020 + index} ssh2`, atMs),
  );
  const spray = repeated('11:20:00', 8, 150, (index, atMs) => {
    const name = [...people, 'erin', 'frank', 'grace', 'heidi'][index];
    return classic(`sshd: Failed password for ${name} from 198.51.100.90 port ${40100 + index} ssh2`, atMs);
  });
  const names = [
    'oracle',
    'postgres',
    'test',
    'guest',
    'ftp',
    'jenkins',
    'git',
    'hadoop',
    'ubuntu',
    'minecraft',
    'pi',
  ];
  const enumeration = repeated('12:31:00', names.length, 6, (index, atMs) =>
    classic(`sshd: Invalid user ${names[index]} from 203.0.113.77 port ${42100 + index}`, atMs),
  );
  const refused = repeated('13:44:10', 3, 35, (_, atMs) =>
    classic(
      'sudo: mallory : user NOT in sudoers ; TTY=pts/2 ; PWD=/home/mallory ; USER=root ; COMMAND=/bin/bash',
      atMs,
    ),
  );
  const rootGuesses = repeated('13:46:02', 4, 20, (_, atMs) =>
    classic('su: FAILED SU (to root) mallory on pts/2', atMs),
  );
  const byHand = told(
    [
      ...mistyped,
      ['09:15:02', 'sshd: Accepted password for deploy from 203.0.113.45 port 51044 ssh2'],
      ['09:15:02', 'sshd: pam_unix(sshd:session): session opened for user deploy(uid=1005) by deploy(uid=0)'],
      ['09:17:40', 'sudo: deploy : TTY=pts/4 ; PWD=/home/deploy ; USER=root ; COMMAND=/bin/cat /etc/shadow'],
      [
        '09:18:21',
        'sudo: deploy : TTY=pts/4 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/tee -a /etc/sudoers',
      ],
      ['15:02:33', 'sshd: banner exchange: Connection from 203.0.113.9 port 40022: invalid format'],
      ['16:10:55', 'sshd: Invalid user Autumn2026!rain from 192.0.2.17 port 50222'],
    ],
    classic,
  );
  return inOrder(
    workday(new Dice(2), 100, classic),
    bruteForce,
    spray,
    enumeration,
    refused,
    rootGuesses,
    byHand,
  );
}

export function modernSyslog(): string {
  const dice = new Dice(3);
  const requests = dice.scattered(30, (atMs) =>
    modern(`shop: order ${dice.between(10000, 99999)} paid in ${dice.between(12, 400)} ms`, atMs),
  );
  const bruteForce = repeated('10:02:00', 9, 5, (index, atMs) =>
    modern(`sshd: Failed password for invalid user admin from 203.0.113.46 port ${51020 + index} ssh2`, atMs),
  );
  const byHand = told(
    [
      [
        '10:40:19',
        'sudo: www-data : TTY=pts/0 ; PWD=/var/www ; USER=root ; COMMAND=/usr/bin/find . -exec /bin/sh -p ; -quit',
      ],
      [
        '11:12:47',
        'shop: cannot reach postgres://shop:tr0ub4dor-example@db.example.com:5432/orders, trying again in 5 s',
      ],
    ],
    modern,
  );
  return inOrder(workday(dice, 30, modern), requests, bruteForce, byHand);
}
