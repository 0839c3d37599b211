import type { TextEvent } from './text-event.ts';

const address = String.raw`(\S+)`;
// Whoever signs in chooses the name, ` from 192.0.2.1 port 1` in it too: the last address is the one that sshd wrote.
const sshd: readonly [RegExp, (parts: RegExpExecArray) => TextEvent][] = [
  [
    new RegExp(String.raw`^Failed (\S+) for (?:invalid user )?(.*) from ${address} port (\d+)`),
    ([, method, user, ip, port]) => login('failed_password', user, ip, port, method),
  ],
  [
    new RegExp(String.raw`^Accepted (\S+) for (.*) from ${address} port (\d+)`),
    ([, method, user, ip, port]) =>
      login(method === 'publickey' ? 'accepted_publickey' : 'accepted_password', user, ip, port, method),
  ],
  [
    new RegExp(String.raw`^Invalid user (.*) from ${address}(?: port (\d+))?`),
    ([, user, ip, port]) => login('invalid_user', user, ip, port),
  ],
  [
    new RegExp(
      String.raw`^(?:Disconnected from|Received disconnect from|Connection closed by)(?: authenticating| invalid)?(?: user (.*))? ${address} port (\d+)`,
    ),
    ([, user, ip, port]) => login('disconnect', user, ip, port),
  ],
];

function login(action: string, user?: string, ip?: string, port?: string, method?: string): TextEvent {
  return {
    'event.action': action,
    ...(user === undefined ? {} : { user }),
    ...(ip === undefined ? {} : { 'source.ip': ip }),
    ...(port === undefined ? {} : { port }),
    ...(method === undefined ? {} : { method }),
  };
}

/** What rsyslog makes of a message that comes several times in a row. */
const repeated = /^message repeated \d{1,9} times: \[ ?(.*)\]$/s;

/** What the messages of well-known programs tell. */
export function messageFields(program: string, written: string): TextEvent {
  const message = repeated.exec(written)?.[1] ?? written;
  if (program === 'sshd' || program === 'sshd-session') {
    for (const [shape, read] of sshd) {
      const parts = shape.exec(message);
      if (parts) return read(parts);
    }
  }
  return program === 'sudo' ? sudo(message) : {};
}

/** `user : TTY=… ; PWD=… ; USER=… ; COMMAND=…`, with a reason in front where it was refused. */
function sudo(message: string): TextEvent {
  const user = /^\s*(\S+) : /.exec(message)?.[1];
  if (user === undefined) return {};
  const refused =
    /not in (?:the )?sudoers|incorrect password|command not allowed|authentication failure/i.test(message);
  const event: TextEvent = { 'event.action': refused ? 'sudo_denied' : 'sudo_command', user };
  const part = (name: string) => new RegExp(`(?:^|[ ;])${name}=([^;]*?)(?: ;|$)`).exec(message)?.[1];
  const found = { tty: part('TTY'), pwd: part('PWD'), target_user: part('USER') };
  for (const [name, value] of Object.entries(found)) if (value !== undefined) event[name] = value;
  const command = message.indexOf('COMMAND=');
  if (command >= 0) event.command = message.slice(command + 'COMMAND='.length);
  return event;
}
