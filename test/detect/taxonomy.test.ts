import { describe, expect, test } from 'vitest';
import { ThreatDetector } from '../../src/detect/index.ts';
import { type Format, textToNdjson } from '../../src/event/index.ts';
import { builtInPipelines, type Pipeline } from '../../src/rule/index.ts';
import { backends } from '../parity/backends.ts';

type Text = readonly [Exclude<Format, 'ndjson'>, string];

/** A raw event as its source writes it, and a rule in the public taxonomy that must find it. */
interface Sample {
  readonly name: string;
  readonly logsource: string;
  readonly detection: string;
  /** JSON, or lines of a text format. */
  readonly raw: object | Text;
  readonly pipeline?: Pipeline;
}

const json = (text: string) => JSON.parse(text) as object;
const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const creation = { product: 'windows', category: 'process_creation' };
const whoami =
  '{ Image|endswith: "\\\\whoami.exe", ParentImage|endswith: "\\\\cmd.exe", CommandLine|contains: " /priv", User|contains: SYSTEM }';

const samples: readonly Sample[] = [
  {
    name: 'Windows Event Log JSON, nested (evtx_dump): Sysmon 1',
    logsource: JSON.stringify(creation),
    detection: whoami,
    raw: json(`{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{
      "Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"Version":5,"Level":4,"Task":1,
      "TimeCreated":{"#attributes":{"SystemTime":"2026-11-25T01:02:03.456Z"}},"EventRecordID":42,
      "Channel":"${sysmon}","Computer":"ws1.example.com"},"EventData":{"UtcTime":"2026-11-25 01:02:03.450",
      "Image":"C:\\\\Windows\\\\System32\\\\whoami.exe","CommandLine":"whoami /priv","User":"NT AUTHORITY\\\\SYSTEM",
      "ParentImage":"C:\\\\Windows\\\\System32\\\\cmd.exe"}}}`),
  },
  {
    name: 'Windows Event Log JSON, nested, Security 4688 under its own names',
    logsource: JSON.stringify(creation),
    detection:
      '{ Image|endswith: "\\\\whoami.exe", ParentImage|endswith: "\\\\cmd.exe", CommandLine|contains: " /priv" }',
    raw: json(`{"Event":{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Security-Auditing"},"EventID":4688,
      "Channel":"Security","Computer":"ws1.example.com"},"EventData":{"SubjectUserName":"ws1$","NewProcessId":"0x1a2c",
      "NewProcessName":"C:\\\\Windows\\\\System32\\\\whoami.exe","CommandLine":"whoami /priv",
      "ParentProcessName":"C:\\\\Windows\\\\System32\\\\cmd.exe"}}}`),
  },
  {
    name: 'Windows Event Log JSON, flattened (NXLog)',
    logsource: JSON.stringify(creation),
    detection: whoami,
    raw: json(`{"EventTime":"2026-11-25 01:02:03","Hostname":"ws1","Channel":"${sysmon}","EventID":1,
      "SourceName":"Microsoft-Windows-Sysmon","Image":"C:\\\\Windows\\\\System32\\\\whoami.exe",
      "CommandLine":"whoami /priv","User":"NT AUTHORITY\\\\SYSTEM","ParentImage":"C:\\\\Windows\\\\System32\\\\cmd.exe"}`),
  },
  {
    name: 'Windows, winlogbeat with ECS names and nothing else',
    logsource: JSON.stringify(creation),
    detection:
      '{ Image|endswith: "\\\\whoami.exe", ParentImage|endswith: "\\\\cmd.exe", CommandLine|contains: " /priv" }',
    raw: json(`{"@timestamp":"2026-11-25T01:02:03.456Z","event":{"code":"1","provider":"Microsoft-Windows-Sysmon"},
      "winlog":{"channel":"${sysmon}","event_id":"1","computer_name":"ws1"},"host":{"name":"ws1"},
      "process":{"executable":"C:\\\\Windows\\\\System32\\\\whoami.exe","command_line":"whoami /priv",
      "parent":{"executable":"C:\\\\Windows\\\\System32\\\\cmd.exe"}}}`),
  },
  {
    name: 'Windows registry by Sysmon 13',
    logsource: '{ product: windows, category: registry_set }',
    detection: '{ TargetObject|endswith: "\\\\CurrentVersion\\\\Run\\\\x", Details|contains: "%AppData%" }',
    raw: {
      Channel: sysmon,
      EventID: 13,
      TargetObject: 'HKU\\S\\CurrentVersion\\Run\\x',
      Details: '%appdata%\\x.exe',
    },
  },
  {
    name: 'Sysmon for Linux',
    logsource: '{ product: linux, category: process_creation }',
    detection: '{ Image|endswith: /useradd, CommandLine|contains: " -o -u 0" }',
    raw: json(`{"Event":{"System":{"Provider":{"#attributes":{"Name":"Linux-Sysmon"}},"EventID":1,
      "Channel":"Linux-Sysmon/Operational","Computer":"srv1"},"EventData":{"Image":"/usr/sbin/useradd",
      "CommandLine":"useradd -o -u 0 sysadm","ParentImage":"/usr/bin/bash","User":"root"}}}`),
  },
  {
    name: 'auditd, an argument in hexadecimal',
    logsource: '{ product: linux, service: auditd }',
    detection: '{ type: EXECVE, a0: bash, a2|contains: "/etc/shadow" }',
    raw: [
      'logfmt',
      `type=EXECVE msg=audit(1795568523.456:77): argc=3 a0="bash" a1="-c" a2=${Buffer.from('cat /etc/shadow').toString('hex').toUpperCase()}`,
    ],
  },
  {
    name: 'auditd, a record of user space',
    logsource: '{ product: linux, service: auditd }',
    detection: '{ type: USER_LOGIN, exe|endswith: /sshd, res: failed, acct: root }',
    raw: [
      'logfmt',
      `type=USER_LOGIN msg=audit(1795568523.456:78): pid=812 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=203.0.113.5 terminal=ssh res=failed'`,
    ],
  },
  {
    name: 'auditd, a system call',
    logsource: '{ product: linux, service: auditd }',
    detection: '{ type: SYSCALL, SYSCALL: execve, exe|endswith: /nc, a0: "55D0", key: susp }',
    raw: [
      'logfmt',
      'type=SYSCALL msg=audit(1795568523.456:79): arch=c000003e syscall=59 success=yes a0=55D0 a1=7 uid=0 comm="nc" exe="/usr/bin/nc" key="susp" SYSCALL=execve',
    ],
  },
  {
    name: 'a web access log',
    logsource: '{ category: webserver }',
    detection:
      '{ cs-method: GET, cs-uri-query|contains: "../../", sc-status: 200, cs-user-agent|startswith: curl }',
    raw: [
      'combined',
      '203.0.113.5 - - [25/Nov/2026:01:02:03 +0000] "GET /get?f=../../etc/passwd HTTP/1.1" 200 812 "-" "curl/8.5.0"',
    ],
  },
  {
    name: "IIS's log, W3C extended",
    logsource: '{ category: webserver }',
    detection:
      '{ cs-method: GET, cs-uri|contains: "/get?f=../../", sc-status: 200, cs-user-agent|contains: "curl 8" }',
    raw: [
      'w3c',
      `#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status
2026-11-25 01:02:03 GET /get f=../../etc/passwd 203.0.113.5 curl+8 200`,
    ],
  },
  {
    name: "Zeek's own format",
    logsource: '{ product: zeek, service: dns }',
    detection: '{ query|endswith: .onion, id.resp_p: 53, AA: "true" }',
    raw: [
      'zeek',
      `#path\tdns
#fields\tts\tid.orig_h\tid.resp_p\tquery\tAA
#types\ttime\taddr\tport\tstring\tbool
1795568523.456\t10.0.0.5\t53\tabc.onion\tT`,
    ],
  },
  {
    name: 'a web access log under ECS names, with the pipeline for it',
    logsource: '{ category: webserver }',
    detection: '{ cs-method: GET, cs-uri-query|contains: "../../", sc-status: 200 }',
    raw: {
      'cs-method': 'x',
      http: { request: { method: 'GET' }, response: { status_code: 200 } },
      url: { query: '../../x' },
    },
    pipeline: builtInPipelines['ecs-web']?.() as Pipeline,
  },
  {
    name: 'sshd by syslog (RFC 3164)',
    logsource: '{ product: linux, service: sshd }',
    detection: '["*maximum authentication attempts exceeded*root*"]',
    raw: [
      'syslog3164',
      '<38>Nov 25 01:02:03 srv1 sshd[812]: error: maximum authentication attempts exceeded for root from 203.0.113.5 port 22 ssh2 [preauth]',
    ],
  },
  {
    name: 'sudo by syslog (RFC 5424), asked by rules for all of Linux',
    logsource: '{ product: linux }',
    detection: '["NOT in sudoers"]',
    raw: [
      'syslog5424',
      '<85>1 2026-11-25T01:02:03Z srv1 sudo 99 - - bob : user NOT in sudoers ; COMMAND=/bin/sh',
    ],
  },
  {
    name: 'AWS CloudTrail',
    logsource: '{ product: aws, service: cloudtrail }',
    detection:
      '{ eventSource: iam.amazonaws.com, eventName: CreateLoginProfile, userIdentity.type: Root, requestParameters.userName|exists: true, errorCode: null }',
    raw: json(`{"eventVersion":"1.08","userIdentity":{"type":"Root","principalId":"1","arn":"arn:aws:iam::1:root"},
      "eventTime":"2026-11-25T01:02:03Z","eventSource":"iam.amazonaws.com","eventName":"CreateLoginProfile",
      "awsRegion":"us-east-1","sourceIPAddress":"203.0.113.5","userAgent":"aws-cli/2","requestParameters":
      {"userName":"eve","passwordResetRequired":false},"responseElements":null,"eventType":"AwsApiCall"}`),
  },
  {
    name: 'Kubernetes audit',
    logsource: '{ product: kubernetes, category: application, service: audit }',
    detection:
      '{ verb: create, objectRef.resource: pods, objectRef.subresource: exec, objectRef.namespace: kube-system, user.username|startswith: "system:" }',
    raw: json(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"1","stage":"ResponseComplete",
      "requestURI":"/api/v1/namespaces/kube-system/pods/x/exec","verb":"create","user":{"username":"system:anonymous"},
      "sourceIPs":["203.0.113.5"],"objectRef":{"resource":"pods","namespace":"kube-system","name":"x","subresource":"exec"},
      "responseStatus":{"code":101},"requestReceivedTimestamp":"2026-11-25T01:02:03.000000Z"}`),
  },
  {
    name: 'Okta system log',
    logsource: '{ product: okta, service: okta }',
    detection:
      '{ eventtype: user.session.start, securityContext.isProxy: true, outcome.result: SUCCESS, target.displayName: Admin, displaymessage|contains: login }',
    raw: json(`{"uuid":"1","published":"2026-11-25T01:02:03.000Z","eventType":"user.session.start","version":"0",
      "displayMessage":"User login to Okta","severity":"INFO","actor":{"id":"1","type":"User","alternateId":"eve@example.com"},
      "client":{"ipAddress":"203.0.113.5"},"outcome":{"result":"SUCCESS"},"securityContext":{"isProxy":true},
      "target":[{"id":"a","displayName":"User"},{"id":"b","displayName":"Admin"}]}`),
  },
];

const ruleOf = ({ logsource, detection }: Sample) =>
  `title: t\nid: wanted\nlogsource: ${logsource}\ndetection:\n  selection: ${detection}\n  condition: selection\n`;
/** A rule for another log that would fire for anything. */
const stranger =
  'title: s\nid: stranger\nlogsource: { product: solaris }\ndetection:\n  s: { never|exists: false }\n  condition: s\n';

function ndjsonOf({ raw }: Sample): Buffer {
  if (!Array.isArray(raw)) return Buffer.from(JSON.stringify(raw));
  const [format, line] = raw as unknown as Text;
  const { ndjson, faults } = textToNdjson(line, format, new Date('2026-11-25T02:00:00Z'));
  expect(faults).toEqual([]);
  return Buffer.from(ndjson);
}

describe.each(backends.map(({ name }) => name as 'native' | 'portable'))(
  'raw events to detections by the public taxonomy (%s)',
  (backend) => {
    test.each(samples.map((sample) => [sample.name, sample] as const))('%s', async (_, sample) => {
      using detector = await ThreatDetector.create({
        rules: [{ file: 'r.yml', text: `${ruleOf(sample)}---\n${stranger}` }],
        backend,
        ...(sample.pipeline ? { pipelines: [sample.pipeline] } : {}),
      });
      expect(detector.refused).toEqual([]);
      const ndjson = ndjsonOf(sample);
      expect(detector.detectBatch(ndjson).detections.map(({ ruleId }) => ruleId)).toEqual(['wanted']);
      const one = JSON.parse(ndjson.toString()) as object;
      expect(detector.detect(one).map(({ ruleId }) => ruleId)).toEqual(['wanted']);
    });
  },
);
