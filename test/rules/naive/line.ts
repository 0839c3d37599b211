import type { Event } from './value.ts';

const combined =
  /^(?<ip>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<method>\S+) (?<uri>\S+) (?<version>\S+)" (?<status>\d+) (?<bytes>\S+) "(?<referer>(?:[^"\\]|\\.)*)" "(?<agent>(?:[^"\\]|\\.)*)"$/;
const syslog =
  /^(?<time>\w{3} [\d ]\d \d\d:\d\d:\d\d) (?<host>\S+) (?<program>[\w./-]+)(?:\[(?<pid>\d+)\])?: (?<message>.*)$/;

const sshd: readonly (readonly [RegExp, string])[] = [
  [
    /^Failed password for (?:invalid user )?(?<user>\S*) from (?<ip>\S+) port (?<port>\d+)/,
    'failed_password',
  ],
  [/^Accepted (?<method>password|publickey) for (?<user>\S+) from (?<ip>\S+) port (?<port>\d+)/, 'accepted_'],
  [/^Invalid user (?<user>\S*) from (?<ip>\S+)(?: port (?<port>\d+))?/, 'invalid_user'],
];

function messageFields(program: string, message: string): Event {
  if (program === 'sshd') {
    for (const [pattern, action] of sshd) {
      const groups = pattern.exec(message)?.groups;
      if (groups === undefined) continue;
      const name = action === 'accepted_' ? `accepted_${groups.method}` : action;
      return { 'event.action': name, user: groups.user, 'source.ip': groups.ip, port: groups.port };
    }
  }
  if (program === 'sudo') {
    const user = /^\s*(\S+) : /.exec(message)?.[1];
    const refused = /not in (?:the )?sudoers|incorrect password|command not allowed|user NOT in/i.test(
      message,
    );
    const part = (name: string) => new RegExp(`(?:^|[ ;])${name}=([^;]*?)(?: ;|$)`).exec(message)?.[1];
    return {
      'event.action': refused ? 'sudo_denied' : 'sudo_command',
      user,
      tty: part('TTY'),
      pwd: part('PWD'),
      target_user: part('USER'),
      command: /COMMAND=(.*)$/.exec(message)?.[1],
    };
  }
  return {};
}

const services: Readonly<Record<string, string>> = {
  sshd: 'sshd',
  sudo: 'sudo',
  cron: 'cron',
  su: 'auth',
  pkexec: 'auth',
};

/** Reads a raw line of a test file into the fields that rules see, with its log source. */
export function readLine(format: string, line: string): Event {
  if (format === 'combined') {
    const g = combined.exec(line)?.groups;
    if (g === undefined) throw new Error(`not a combined access log line: ${line}`);
    const [stem, ...query] = (g.uri as string).split('?');
    const time = Date.parse((g.time as string).replace(/^(\d+)\/(\w+)\/(\d+):/, '$1 $2 $3 '));
    return {
      $logsource: { category: 'webserver' },
      '@timestamp': new Date(time).toISOString(),
      'c-ip': g.ip,
      'cs-username': g.user,
      'cs-method': g.method,
      'cs-uri-stem': stem,
      ...(query.length > 0 ? { 'cs-uri-query': query.join('?') } : {}),
      'cs-version': g.version,
      'sc-status': Number(g.status),
      'sc-bytes': Number(g.bytes),
      'cs-referer': g.referer,
      'cs-user-agent': g.agent,
    };
  }
  if (format === 'syslog3164') {
    const g = syslog.exec(line)?.groups;
    if (g === undefined) throw new Error(`not a syslog line: ${line}`);
    const { program = '', message = '' } = g;
    const service = services[program.toLowerCase()] ?? 'syslog';
    return {
      $logsource: { product: 'linux', service },
      '@timestamp': new Date(`2026 ${g.time} UTC`).toISOString(),
      host: g.host,
      program,
      pid: g.pid,
      message,
      ...messageFields(program, message),
    };
  }
  throw new Error(`${format} is not read here`);
}
