import type { TextEvent } from './text-event.ts';

/**
 * What auditd writes beyond `key=value`: a time in `msg`, a second `msg` in single quotes around the fields of user
 * space, texts with spaces or other odd characters in hexadecimal without quotes (auditd(8), "ausearch -i"), the
 * machine in front (`name_format`), and names behind the record (`log_format = ENRICHED`).
 */
const record = /^(?:node=\S+ )?type=\S+ msg=audit\((\d+)\.(\d{3}):\d+\):/;

/** Whether a line is a record of auditd's log. */
export const isAuditLine = (text: string): boolean => record.test(text);

/** Parts what the kernel or a program wrote from the names that auditd found for its numbers. */
const enriched = '\u001d';

/** The line with the fields of user space, and those that auditd added, beside the others. */
export function openedAudit(text: string): string {
  const [written = '', added] = text.split(enriched, 2);
  const opened = written.replace(/ msg='(.*)'\s*$/, ' $1');
  return added === undefined ? opened : `${opened} ${added}`;
}

/** Fields that hold texts, by the type of the record; in others the same names are numbers. */
const textFields: Readonly<Record<string, RegExp>> = {
  EXECVE: /^a\d+(\[\d+\])?$/,
  PROCTITLE: /^proctitle$/,
  PATH: /^name$/,
  CWD: /^cwd$/,
  SYSCALL: /^(comm|exe|key)$/,
  USER_CMD: /^(acct|cwd|cmd|exe)$/,
  TTY: /^data$/,
  USER_TTY: /^data$/,
};

/** In every record of a program in user space. */
const userFields = /^(acct|exe)$/;

function textFieldsOf(type: string): RegExp | undefined {
  if (Object.hasOwn(textFields, type)) return textFields[type];
  return type.startsWith('USER_') ? userFields : undefined;
}

/**
 * Completes an event read from a record.
 *
 * @param plain the fields that stood without quotes.
 */
export function completeAudit(event: TextEvent, text: string, plain: ReadonlySet<string>): void {
  const [, seconds, millis] = record.exec(text) as unknown as [string, string, string];
  const time = new Date(Number(seconds) * 1000 + Number(millis));
  if (!Number.isNaN(time.getTime())) event['@timestamp'] = time.toISOString();
  const texts = textFieldsOf(String(event.type));
  for (const name of plain) {
    const value = String(event[name]);
    if (texts?.test(name) && value.length % 2 === 0 && /^[0-9A-F]{2,}$/.test(value)) {
      // The words of a command line are parted by zero bytes.
      event[name] = Buffer.from(value, 'hex').toString('utf8').replaceAll('\0', ' ');
    }
  }
}
