import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThreatDetector } from '../../src/detect/index.ts';
import { backends } from '../parity/backends.ts';

/** One rule for each log, which fires for whatever comes from it. */
const logs = {
  process: '{ product: windows, category: process_creation }',
  sysmon: '{ product: windows, service: sysmon }',
  security: '{ product: windows, service: security }',
  windows: '{ product: windows }',
  registrySet: '{ product: windows, category: registry_set }',
  registryEvent: '{ product: windows, category: registry_event }',
  registryAdd: '{ product: windows, category: registry_add }',
  script: '{ product: windows, category: ps_script }',
  linuxProcess: '{ product: linux, category: process_creation }',
  auditd: '{ product: linux, service: auditd }',
  sshd: '{ product: linux, service: sshd }',
  cloudtrail: '{ product: aws, service: cloudtrail }',
  kubernetes: '{ product: kubernetes, service: audit }',
  okta: '{ product: okta, service: okta }',
  web: '{ category: webserver }',
};
const rules = Object.entries(logs)
  .map(
    ([id, logsource]) =>
      `title: ${id}\nid: ${id}\nlogsource: ${logsource}\ndetection:\n  s: { never|exists: false }\n  condition: s\n`,
  )
  .concat(
    'title: field\nid: image\nlogsource: { product: windows, category: process_creation }\ndetection:\n  s: { Image|endswith: "\\\\cmd.exe", CommandLine|contains: whoami }\n  condition: s\n',
    'title: classic\nid: classic\nlogsource: { product: windows, category: ps_classic_start }\ndetection:\n  s: { Data|contains: HostName= }\n  condition: s\n',
  )
  .join('---\n');

const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const cmd = { Image: 'C:\\Windows\\cmd.exe', CommandLine: 'cmd /c whoami' };
const process = ['image', 'process', 'sysmon', 'windows'];

const cases: readonly (readonly [name: string, event: object, logs: readonly string[]])[] = [
  [
    'EVTX JSON, nested',
    { Event: { System: { EventID: 1, Channel: sysmon, Computer: 'h' }, EventData: cmd } },
    process,
  ],
  [
    'EVTX JSON, EventID with a qualifier',
    {
      Event: {
        System: { EventID: { '#text': 1, '#attributes': { Qualifiers: 0 } }, Channel: sysmon },
        EventData: cmd,
      },
    },
    process,
  ],
  ['flattened', { EventID: 1, Channel: sysmon, ...cmd }, process],
  ['flattened with text ids', { EventID: '1', Channel: sysmon, ...cmd }, process],
  ['winlogbeat 6', { event_id: 1, log_name: sysmon, event_data: cmd }, process],
  ['winlogbeat 7 and later', { winlog: { event_id: 1, channel: sysmon, event_data: cmd } }, process],
  [
    'Security 4688 under its own names',
    {
      Event: {
        System: { EventID: 4688, Channel: 'Security' },
        EventData: { NewProcessName: cmd.Image, CommandLine: cmd.CommandLine },
      },
    },
    ['image', 'process', 'security', 'windows'],
  ],
  [
    'ECS names',
    {
      winlog: { event_id: 1, channel: sysmon },
      process: { executable: cmd.Image, command_line: cmd.CommandLine },
    },
    process,
  ],
  [
    'Sysmon 13 is two logs',
    { EventID: 13, Channel: sysmon },
    ['registryEvent', 'registrySet', 'sysmon', 'windows'],
  ],
  [
    'Sysmon 12 is neither set nor rename',
    { EventID: 12, Channel: sysmon },
    ['registryAdd', 'registryEvent', 'sysmon', 'windows'],
  ],
  [
    'PowerShell 4104',
    { EventID: 4104, Channel: 'Microsoft-Windows-PowerShell/Operational' },
    ['script', 'windows'],
  ],
  ['another event of Security', { EventID: 4624, Channel: 'Security' }, ['security', 'windows']],
  [
    'Sysmon for Linux',
    { EventID: 1, Channel: 'Linux-Sysmon/Operational', Image: '/bin/sh' },
    ['linuxProcess'],
  ],
  ['auditd', { type: 'EXECVE', a0: 'sh' }, ['auditd']],
  ['sshd by syslog', { program: 'sshd', message: 'x', host: 'h' }, ['sshd']],
  [
    'CloudTrail',
    { eventVersion: '1.08', eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' },
    ['cloudtrail'],
  ],
  ['Kubernetes audit', { kind: 'Event', apiVersion: 'audit.k8s.io/v1', verb: 'get' }, ['kubernetes']],
  [
    'Okta',
    { eventType: 'user.session.start', published: '2026-11-25T00:00:00Z', actor: { id: '1' } },
    ['okta'],
  ],
  ['access log', { 'cs-method': 'GET', 'cs-uri-stem': '/', 'c-ip': '10.0.0.1' }, ['web']],
  ['what nobody knows is asked every rule', { something: 'else' }, Object.keys(logs).sort()],
  ['the same, with the fields', { other: 1, ...cmd }, ['image', ...Object.keys(logs)].sort()],
];

describe.each(backends.map(({ name }) => name as 'native' | 'portable'))('routing (%s)', (backend) => {
  let detector: ThreatDetector;
  beforeAll(async () => {
    detector = await ThreatDetector.create({ rules: [{ file: 'r.yml', text: rules }], backend });
    expect(detector.refused).toEqual([]);
  });
  afterAll(() => detector[Symbol.dispose]());

  test.each(cases)('%s', (_, event, expected) => {
    expect(
      detector
        .detect(event)
        .map(({ ruleId }) => ruleId)
        .sort(),
    ).toEqual([...expected].sort());
  });

  test('data without names is found as evtx_dump and Winlogbeat write it', () => {
    const found = (Data: unknown, beside = {}) => {
      const System = { EventID: 400, Channel: 'Windows PowerShell' };
      return detector
        .detect({ Event: { System, EventData: { Data, ...beside } } })
        .find(({ ruleId }) => ruleId === 'classic')?.matched;
    };
    const matched = [{ field: 'Data', value: 'HostName=ConsoleHost' }];
    expect(found({ '#text': ['Available', 'HostName=ConsoleHost'] }, { Binary: null })).toEqual(matched);
    expect(found({ '#text': 'HostName=ConsoleHost' })).toEqual(matched);
    expect(found(['Available', 'HostName=ConsoleHost'])).toEqual(matched);
    expect(found({ '#text': ['Available'] })).toBeUndefined();
    const event_data = { param1: 'Available', param3: 'HostName=ConsoleHost' };
    const beat = { winlog: { channel: 'Windows PowerShell', event_id: 400, event_data } };
    expect(detector.detect(beat).map(({ ruleId }) => ruleId)).toContain('classic');
  });

  test('a log that is named outright may be written in any case', () => {
    const named = (logsource: object) => detector.detect({ a: 1 }, { logsource }).map(({ ruleId }) => ruleId);
    expect(named({ product: 'Okta', service: 'OKTA' })).toEqual(['okta']);
    expect(named({ product: 'okta', service: 'okta' })).toEqual(['okta']);
  });

  test('fields are told by the name of the rule, wherever the event keeps them', () => {
    const event = { winlog: { event_id: 1, channel: sysmon, event_data: cmd } };
    const found = detector.detect(event).find(({ ruleId }) => ruleId === 'image');
    expect(found?.matched).toEqual([
      { field: 'Image', value: cmd.Image },
      { field: 'CommandLine', value: cmd.CommandLine },
    ]);
  });
});
