import { and, type Expression, not, or, test } from '../expression.ts';
import type { Logsource } from '../rule.ts';
import { channelCategories, serviceChannels, sysmonCategories, sysmonChannel, windows } from './windows.ts';

/** Events for which `when` holds come from the logs in `gives`. Several may hold for one event. */
export interface Recogniser {
  readonly when: Expression;
  readonly gives: readonly Logsource[];
}

const is = (field: string, ...values: (string | number)[]): Expression =>
  test(field, {
    kind: 'text',
    patterns: values.map((value) => ({ kind: 'equals', text: String(value), cased: false })),
  });
const starts = (field: string, text: string): Expression =>
  test(field, { kind: 'text', patterns: [{ kind: 'startsWith', text, cased: false }] });
const contains = (field: string, text: string): Expression =>
  test(field, { kind: 'text', patterns: [{ kind: 'contains', text, cased: false }] });
const has = (field: string): Expression => test(field, { kind: 'present' });

const windowsRecognisers: Recogniser[] = [
  // Any event of the Windows log; Sysmon for Linux writes the same fields under its own channel.
  {
    when: and([has('Channel'), has('EventID'), not(is('Channel', 'Linux-Sysmon/Operational'))]),
    gives: [windows()],
  },
  ...Object.entries(serviceChannels).map(([service, channels]) => ({
    when: is('Channel', ...channels),
    gives: [windows({ service })],
  })),
  ...Object.entries(sysmonCategories).map(([eventId, categories]) => ({
    when: and([is('Channel', sysmonChannel), is('EventID', eventId)]),
    gives: categories.map((category) => windows({ category, service: 'sysmon' })),
  })),
  ...channelCategories.map(({ channel, eventIds, categories }) => ({
    when: and([is('Channel', channel), is('EventID', ...eventIds)]),
    gives: categories.map((category) => windows({ category })),
  })),
  {
    when: and([is('Provider_Name', 'Microsoft-Windows-Kernel-File'), has('EventID')]),
    gives: ['file_access', 'file_rename', 'file_delete', 'file_event'].map((category) =>
      windows({ category }),
    ),
  },
];

const linuxSysmon = or([is('Channel', 'Linux-Sysmon/Operational'), is('Provider_Name', 'Linux-Sysmon')]);
const linux = (rest: Omit<Logsource, 'product'> = {}): Logsource => ({ product: 'linux', ...rest });
const program = (name: string, ...services: string[]): Recogniser => ({
  when: is('program', name),
  gives: services.map((service) => linux({ service })),
});

const linuxRecognisers: Recogniser[] = [
  ...[1, 3, 5, 11, 23].map((eventId) => ({
    when: and([linuxSysmon, is('EventID', eventId)]),
    gives: (sysmonCategories[eventId] as string[]).map((category) => linux({ category, service: 'sysmon' })),
  })),
  {
    when: and([
      has('type'),
      or([
        is('type', 'EXECVE', 'SYSCALL', 'PATH', 'CWD', 'PROCTITLE', 'SERVICE_STOP', 'SERVICE_START'),
        starts('type', 'USER_'),
      ]),
    ]),
    gives: [linux({ service: 'auditd' })],
  },
  {
    when: is(
      'type',
      'ADD_USER',
      'ADD_GROUP',
      'DEL_USER',
      'CONFIG_CHANGE',
      'ANOM_PROMISCUOUS',
      'TTY',
      'USER_TTY',
      'AVC',
      'BPF',
      'SOCKADDR',
      'KERN_MODULE',
    ),
    gives: [linux({ service: 'auditd' })],
  },
  { when: and([has('program'), has('message')]), gives: [linux({ service: 'syslog' })] },
  program('sshd', 'sshd', 'auth'),
  program('sshd-session', 'sshd', 'auth'),
  program('sudo', 'sudo', 'auth'),
  program('su', 'auth'),
  program('pkexec', 'auth'),
  program('polkitd', 'auth'),
  program('login', 'auth'),
  program('systemd-logind', 'auth'),
  program('cron', 'cron'),
  program('crond', 'cron'),
  program('vsftpd', 'vsftpd'),
  program('clamd', 'clamav'),
  program('freshclam', 'clamav'),
  program('guacd', 'guacamole'),
];

const cloudRecognisers: Recogniser[] = [
  {
    when: and([has('eventSource'), has('eventName'), has('eventVersion')]),
    gives: [{ product: 'aws', service: 'cloudtrail' }],
  },
  {
    when: and([is('kind', 'Event'), starts('apiVersion', 'audit.k8s.io/')]),
    gives: [
      { product: 'kubernetes', service: 'audit' },
      { product: 'kubernetes', category: 'application', service: 'audit' },
    ],
  },
  {
    when: and([has('eventType'), has('published'), has('actor.id')]),
    gives: [{ product: 'okta', service: 'okta' }],
  },
  {
    when: contains('logName', 'cloudaudit.googleapis.com'),
    gives: [{ product: 'gcp', service: 'gcp.audit' }],
  },
  {
    when: and([has('operationName'), is('category', 'SignInLogs', 'NonInteractiveUserSignInLogs')]),
    gives: [{ product: 'azure', service: 'signinlogs' }],
  },
  {
    when: and([has('operationName'), is('category', 'AuditLogs')]),
    gives: [{ product: 'azure', service: 'auditlogs' }],
  },
  {
    when: and([
      has('operationName'),
      has('resourceId'),
      is('category', 'Administrative', 'Policy', 'Security', 'Alert'),
    ]),
    gives: [{ product: 'azure', service: 'activitylogs' }],
  },
  {
    when: and([has('Workload'), has('Operation'), has('RecordType')]),
    gives: [
      { product: 'm365', service: 'audit' },
      { product: 'm365', service: 'threat_management' },
    ],
  },
  {
    when: and([is('Workload', 'Exchange'), has('Operation')]),
    gives: [{ product: 'm365', service: 'exchange' }],
  },
  {
    when: and([has('action'), has('actor'), has('org'), has('_document_id')]),
    gives: [{ product: 'github', service: 'audit' }],
  },
];

const webRecognisers: Recogniser[] = [
  {
    when: and([has('cs-method'), or([has('cs-uri-stem'), has('cs-uri-query')])]),
    gives: [{ category: 'webserver' }],
  },
  { when: or([has('c-uri'), and([has('cs-host'), has('cs-method')])]), gives: [{ category: 'proxy' }] },
  ...['dns', 'http', 'dce_rpc', 'smb_files', 'x509', 'rdp', 'kerberos'].map((service) => ({
    when: is('_path', service),
    gives: [{ product: 'zeek', service }],
  })),
  {
    when: and([has('dns.question.name'), has('dns.question.type')]),
    gives: [{ category: 'network', service: 'dns' }, { category: 'dns' }],
  },
  {
    when: and([has('source.ip'), has('destination.ip'), has('network.transport')]),
    gives: [{ category: 'network', service: 'connection' }],
  },
  { when: and([has('src_ip'), has('dst_ip'), has('action')]), gives: [{ category: 'firewall' }] },
];

const wolfsecRecognisers: Recogniser[] = [
  {
    when: and([is('event.provider', 'wolfsec'), is('event.category', 'authentication')]),
    gives: [{ product: 'wolfsec', service: 'auth' }],
  },
  {
    when: and([is('event.provider', 'wolfsec'), is('event.category', 'web')]),
    gives: [{ product: 'wolfsec', service: 'http' }],
  },
];

/** How events are told apart when nobody says which log they come from. */
export const recognisers: readonly Recogniser[] = [
  ...windowsRecognisers,
  ...linuxRecognisers,
  ...cloudRecognisers,
  ...webRecognisers,
  ...wolfsecRecognisers,
];
