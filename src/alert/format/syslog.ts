import { hostname } from 'node:os';
import type { StoredAlert } from '../../store/index.ts';

export interface SyslogFormatOptions {
  /** Facility number. Default 10 (`authpriv`). */
  readonly facility?: number;
  /** Default: this machine's name. */
  readonly hostname?: string;
  /** Default `wolfsec`. */
  readonly appName?: string;
}

const severities: Record<string, number> = { critical: 2, high: 3, medium: 4, low: 5, informational: 6 };

/** Private enterprise number reserved for documentation (RFC 5612). */
const enterprise = 32473;

/** An alert as one RFC 5424 message, its fields as structured data. */
export function toSyslog(alert: StoredAlert, key: string, options: SyslogFormatOptions = {}): string {
  const { facility = 10, appName = 'wolfsec', hostname: host = hostname() } = options;
  const priority = facility * 8 + (severities[alert.level] ?? 5);
  const fields = {
    id: alert.id,
    key,
    rule: alert.ruleId,
    level: alert.level,
    status: alert.status,
    count: String(alert.count),
    ...alert.entities,
  };
  const data = Object.entries(fields).map(([name, value]) => `${paramName(name)}="${paramValue(value)}"`);
  const time = new Date(alert.lastMs).toISOString();
  const message = alert.title.replaceAll(/\p{Cc}+/gu, ' ');
  return `<${priority}>1 ${time} ${printable(host, 255)} ${printable(appName, 48)} ${process.pid} alert [alert@${enterprise} ${data.join(' ')}] \ufeff${message}`;
}

/** PRINTUSASCII of bounded length (§6). */
const printable = (text: string, most: number) => text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, most) || '-';

/** SD-NAME: 1 to 32 characters without `=`, space, `]` and `"` (§6.3.3). */
const paramName = (name: string) => name.replaceAll(/[^\x21-\x7e]|[="\]]/g, '_').slice(0, 32) || '_';

/** In values `"`, `\` and `]` are escaped (§6.3.3); a newline would end the message for many readers. */
const paramValue = (value: string) => value.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/["\\\]]/g, '\\$&');
