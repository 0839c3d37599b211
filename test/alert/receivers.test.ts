import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import {
  alertmanager,
  DeliveryFailure,
  discord,
  email,
  file,
  type Notification,
  nats,
  OutboundGuard,
  pagerDuty,
  type Receiver,
  slack,
  syslog,
  teams,
  toEcs,
  toOcsf,
  webhook,
} from '../../src/alert/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { startMs } from './samples.ts';

const local = { allowHttp: true, allowNetworks: ['127.0.0.0/8'] };
const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';

const notification: Notification = {
  key: 'key-1',
  receiver: 'r',
  groupId: 'group-1',
  labels: { rule: 'rule-1' },
  status: 'firing',
  reason: 'first',
  sequence: 1,
  atMs: startMs,
  level: 'high',
  alertCount: 3,
  detectionCount: 9,
  alerts: [
    {
      id: 'a-1',
      fingerprint: 'f',
      groupKey: 'g',
      kind: 'rule',
      ruleId: 'rule-1',
      title: 'Brute <!channel> "force"',
      level: 'high',
      severity: 3,
      status: 'open',
      count: 7,
      firstMs: startMs,
      lastMs: startMs + 1_000,
      risk: 12.4,
      entities: { 'host.name': 'web', 'user.name': 'a"b]c\\', 'source.ip': '192.0.2.1' },
      tags: ['attack.credential-access', 'attack.t1110.001'],
      sample: { matched: [{ field: 'cmd', value: `curl -H "token ${secret}"` }] },
      updatedMs: startMs,
      version: 1,
    },
  ],
};

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const context = (timeoutMs = 2_000) => ({ signal: AbortSignal.timeout(timeoutMs), attempt: 1 });

type Got = { path: string; headers: IncomingMessage['headers']; body: string };

/** An HTTP server that keeps what it gets and answers as told. */
async function http(answer: (response: ServerResponse) => void = (response) => response.end()) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  opened.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got };
}

async function failure(receiver: Receiver, timeoutMs?: number): Promise<DeliveryFailure> {
  const error = await receiver.deliver(notification, context(timeoutMs)).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(DeliveryFailure);
  return error;
}

test('webhooks are signed, keyed, and free of secrets', async () => {
  const { url, got } = await http();
  await webhook({ url, secret: 'a key of sixteen bytes', headers: { 'x-team': 'red' }, ...local }).deliver(
    notification,
    context(),
  );
  const { headers, body } = got[0]!;
  expect(headers['idempotency-key']).toBe('key-1');
  expect(headers['x-team']).toBe('red');
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['wolfsec-signature']))!;
  expect(signature).toBe(
    createHmac('sha256', 'a key of sixteen bytes').update(`${seconds}.${body}`).digest('hex'),
  );
  expect(Math.abs(Number(seconds) * 1_000 - Date.now())).toBeLessThan(60_000);
  expect(body).not.toContain(secret);
  expect(JSON.parse(body)).toMatchObject({ key: 'key-1', alerts: [{ title: 'Brute <!channel> "force"' }] });
});

test('a secret that is none signs nothing', () => {
  for (const short of ['', 'fifteen bytes..'])
    expect(() => webhook({ url: 'https://example.com/', secret: short })).toThrow(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  expect(webhook({ url: 'https://example.com/', secret: 'sixteen bytes...' })).toBeDefined();
});

test('answers say whether to try again', async () => {
  const status = async (code: number, headers = {}) => {
    const { url } = await http((response) => response.writeHead(code, headers).end());
    return failure(webhook({ url, ...local }));
  };
  expect(await status(500)).toMatchObject({ retryable: true });
  expect(await status(429, { 'retry-after': '7' })).toMatchObject({ retryable: true, retryAfterMs: 7_000 });
  expect(await status(400)).toMatchObject({ retryable: false });
  expect(await status(302, { location: 'http://127.0.0.1/' })).toMatchObject({ retryable: false });
  const closing = await http((response) => response.destroy());
  expect(await failure(webhook({ url: closing.url, ...local }))).toMatchObject({ retryable: true });
  const cut = await http((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  });
  expect(await failure(webhook({ url: cut.url, ...local }))).toMatchObject({ retryable: true });
  const long = await http((response) => response.end('x'.repeat(1 << 20)));
  await webhook({ url: long.url, ...local }).deliver(notification, context());
  expect(long.got).toHaveLength(1);
  const hanging = await http(() => {});
  expect(await failure(webhook({ url: hanging.url, ...local }), 100)).toMatchObject({ retryable: true });
});

test('no request goes to the inside', async () => {
  const refused = expect.objectContaining({ code: 'WOLFSEC_ADDRESS_REFUSED' });
  for (const url of [
    'http://example.com/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://user:pass@example.com/',
    'file:///etc/passwd',
  ]) {
    expect(() => webhook({ url }), url).toThrow(refused);
  }
  // A name whose address is inside, or that changes its mind between check and connection.
  let answers = 0;
  const resolve = async () => [{ address: answers++ === 0 ? '10.0.0.1' : '127.0.0.1', family: 4 }];
  const rebinding = webhook({ url: 'https://rebind.example/', resolve });
  expect(await failure(rebinding)).toMatchObject({ retryable: false });
  expect(await failure(rebinding)).toMatchObject({ retryable: false });
  const guard = new OutboundGuard({ allowNetworks: ['10.1.0.0/16'] });
  expect(
    ['10.1.2.3', '10.2.2.3', '8.8.8.8', '64:ff9b::7f00:1', '2606:4700::1', 'x'].map((one) =>
      guard.permits(one),
    ),
  ).toEqual([true, false, true, false, true, false]);
});

test('an IPv4 address is judged in whatever spelling IPv6 has for it', () => {
  const guard = new OutboundGuard();
  const spelt = [
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
  ];
  expect(spelt.filter((one) => guard.permits(one))).toEqual([]);
});

test('a network that is none allows nothing', () => {
  for (const network of [
    '10.0.0.0/',
    '10.0.0.0/ ',
    '10.0.0.0/0x8',
    '10.0.0.0/8/9',
    '10.0.0.0/33',
    '10.0.0',
  ]) {
    const made = () => new OutboundGuard({ allowNetworks: [network] });
    expect(made, network).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
  }
});

test('chats get their shape, with texts of attackers made harmless', async () => {
  const { url, got } = await http();
  for (const chat of [slack, teams, discord]) await chat({ url, ...local }).deliver(notification, context());
  const [inSlack, inTeams, inDiscord] = got.map(({ body }) => JSON.parse(body));
  expect(inSlack.text).toBe('[HIGH] Brute &lt;!channel&gt; "force" and 2 more');
  expect(inSlack.attachments[0].text).toContain('7 times');
  expect(inTeams.attachments[0].content.body[0].text).toContain('Brute');
  expect(inDiscord).toMatchObject({ allowed_mentions: { parse: [] }, embeds: [{ color: 0xdc2626 }] });
  const link = { ...notification.alerts[0]!, title: '[x](https://evil.example) \\[', entities: {} };
  for (const chat of [teams, discord])
    await chat({ url, ...local }).deliver({ ...notification, alerts: [link] }, context());
  const harmless = '\\[x\\](https://evil.example) \\\\\\[';
  const [teamsCard, embed] = got.slice(3).map(({ body }) => JSON.parse(body));
  for (const { text } of teamsCard.attachments[0].content.body) expect(text).toContain(harmless);
  expect(embed.embeds[0].title).toContain(harmless);
  expect(embed.embeds[0].description).toContain(harmless);
  await slack({ url, title: '{{level}} on {{alerts.0.entities.host.name}} {{none.x}}|', ...local }).deliver(
    notification,
    context(),
  );
  expect(JSON.parse(got[5]!.body).text).toBe('high on web |');
});

test('PagerDuty and Alertmanager get theirs', async () => {
  const { url, got } = await http();
  await pagerDuty({ routingKey: 'k', url, ...local }).deliver(
    { ...notification, status: 'resolved' },
    context(),
  );
  await alertmanager({ url, ...local }).deliver(notification, context());
  expect(JSON.parse(got[0]!.body)).toMatchObject({
    event_action: 'resolve',
    dedup_key: 'group-1',
    payload: { severity: 'error', source: 'web' },
  });
  expect(got[1]!.path).toBe('/hook/api/v2/alerts');
  expect(JSON.parse(got[1]!.body)).toEqual([
    {
      labels: {
        alertname: 'Brute <!channel> "force"',
        rule: 'rule-1',
        severity: 'high',
        host_name: 'web',
        user_name: 'a"b]c\\',
        source_ip: '192.0.2.1',
      },
      annotations: { summary: 'Brute <!channel> "force"', count: '7', risk: '12' },
      startsAt: new Date(startMs).toISOString(),
      endsAt: new Date(startMs + 5 * 3_600_000).toISOString(),
    },
  ]);
});

test('an alert of a machine whose clock is ahead ends no earlier than it starts for Alertmanager', async () => {
  const { url, got } = await http();
  const ahead = { ...notification.alerts[0]!, firstMs: startMs + 7_200_000, status: 'resolved' as const };
  await alertmanager({ url, ...local }).deliver({ ...notification, alerts: [ahead] }, context());
  const [{ startsAt, endsAt }] = JSON.parse(got[0]!.body);
  expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt));
  expect(endsAt).toBe(new Date(ahead.updatedMs).toISOString());
});

test('an incident stays open while something in its group is', async () => {
  const { url, got } = await http();
  const alerts = notification.alerts.map((alert) => ({ ...alert, status: 'resolved' as const }));
  const partly: Notification = { ...notification, reason: 'update', alerts };
  await pagerDuty({ routingKey: 'k', url, ...local }).deliver(partly, context());
  expect(got).toEqual([]);
  await slack({ url, ...local }).deliver(partly, context());
  expect(JSON.parse(got[0]!.body).text).toContain('[PARTLY RESOLVED] Brute');
});

test('syslog over UDP and TCP', async () => {
  const udp = createSocket('udp4');
  const datagram = new Promise<string>((resolve) =>
    udp.once('message', (bytes) => resolve(bytes.toString())),
  );
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  opened.push({ close: () => udp.close() });
  const common = { host: '127.0.0.1', hostname: 'h', facility: 4 };
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const many = { ...notification, alerts: Array.from({ length: 20 }, () => notification.alerts[0]!) };
  await syslog({ ...common, port: udp.address().port, transport: 'udp' }).deliver(many, context());
  process.off('warning', warned);
  expect(warnings).toEqual([]);
  const expected =
    /^<35>1 2026-01-01T00:00:01\.000Z h wolfsec \d+ alert \[alert@32473 id="a-1" key="key-1" rule="rule-1" level="high" status="open" count="7" host\.name="web" user\.name="a\\"b\\]c\\\\" source\.ip="192\.0\.2\.1"\] \ufeffBrute <!channel> "force"$/;
  expect(await datagram).toMatch(expected);

  const sockets: Socket[] = [];
  let text = '';
  const tcp = createTcp((socket) => {
    sockets.push(socket);
    socket.on('data', (bytes) => {
      text += bytes.toString();
    });
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => tcp.once('listening', resolve));
  const receiver = syslog({ ...common, port: (tcp.address() as AddressInfo).port, transport: 'tcp' });
  opened.push({ close: () => tcp.close() }, { close: () => receiver.close?.() });
  await receiver.deliver(notification, context());
  await expect.poll(() => text.match(/\d+ <35>1/g)?.length).toBe(1);
  // Kept beyond the time of the attempt that made it.
  const attempt = new AbortController();
  await receiver.close?.();
  await receiver.deliver(notification, { signal: attempt.signal, attempt: 1 });
  attempt.abort();
  await receiver.deliver(notification, context());
  await expect.poll(() => text.match(/\d+ <35>1/g)?.length).toBe(3);
  expect(sockets).toHaveLength(2);
  // A connection that the other side closed is made anew.
  sockets[1]!.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await receiver.deliver(notification, context());
  await expect.poll(() => text.match(/\d+ <35>1/g)?.length).toBe(4);
  const [, length = '', rest = ''] = /^(\d+) (.*)$/s.exec(text)!;
  expect(Buffer.from(rest).subarray(0, Number(length)).toString()).toMatch(expected);
  expect(sockets).toHaveLength(3);
  expect(await failure(syslog({ ...common, port: 1, transport: 'tcp' }))).toMatchObject({ retryable: true });
});

test('e-mail: plain text, threads, no header injection', async () => {
  const mail: string[] = [];
  const smtp = createTcp((socket) => {
    let data: string | undefined;
    socket.write('220 test\r\n');
    socket.on('data', (bytes) => {
      const text = bytes.toString();
      if (data !== undefined) {
        data += text;
        if (!data.endsWith('\r\n.\r\n')) return;
        mail.push(data);
        data = undefined;
        return void socket.write('250 ok\r\n');
      }
      if (/^DATA/i.test(text)) {
        data = '';
        return void socket.write('354 go\r\n');
      }
      if (/^RCPT TO:<no@/i.test(text)) return void socket.write('550 nobody\r\n');
      const answer = () => socket.write(/^QUIT/i.test(text) ? '221 bye\r\n' : '250 ok\r\n');
      if (/^RCPT TO:<slow@/i.test(text)) setTimeout(answer, 200);
      else answer();
    });
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => smtp.once('listening', resolve));
  opened.push({ close: () => smtp.close() });
  const options = {
    host: '127.0.0.1',
    port: (smtp.address() as AddressInfo).port,
    allowPlain: true,
    from: 'w@a.example',
  };
  const evil = {
    ...notification,
    sequence: 2,
    alerts: [{ ...notification.alerts[0]!, title: 'x\r\nBcc: evil@b.example' }],
  };
  await email({ ...options, to: 'team@a.example' }).deliver(evil, context());
  const [head = ''] = mail[0]!.split('\r\n\r\n');
  expect(head).toContain('Message-ID: <key-1@wolfsec.invalid>');
  expect(head).toContain('In-Reply-To: <group-1@wolfsec.invalid>');
  expect(head).not.toMatch(/^Bcc:/m);
  // The first of a group belongs to the thread too.
  await email({ ...options, to: 'team@a.example' }).deliver({ ...notification, sequence: 1 }, context());
  expect(mail.pop()).toContain('References: <group-1@wolfsec.invalid>');
  expect(await failure(email({ ...options, to: 'no@a.example' }))).toMatchObject({ retryable: false });
  // A server that is slower than an attempt may last gets one mail, not one with each attempt.
  const slow = email({ ...options, to: 'slow@a.example' });
  const first = slow.deliver(notification, context());
  await slow.deliver(notification, { ...context(), attempt: 2 });
  await first;
  expect(mail).toHaveLength(2);
  await slow.deliver({ ...notification, key: 'key-2' }, context());
  expect(mail).toHaveLength(3);
  expect(await failure(email({ ...options, port: 1, to: 'team@a.example' }))).toMatchObject({
    retryable: true,
  });
});

test('files get lines, in OCSF and ECS too', async () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'sub', 'alerts.ndjson');
  for (const format of ['wolfsec', 'ocsf', 'ecs'] as const)
    await file({ path, format }).deliver(notification, context());
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(3);
  expect(readFileSync(path, 'utf8')).not.toContain(secret);
  const [alert] = notification.alerts;
  expect(lines[1]).toEqual(JSON.parse(JSON.stringify(toOcsf(alert!))));
  expect(lines[1]).toMatchObject({
    class_uid: 2004,
    type_uid: 200402,
    severity_id: 4,
    status_id: 1,
    finding_info: {
      attacks: [
        {
          technique: { uid: 'T1110' },
          sub_technique: { uid: 'T1110.001' },
          tactics: [{ name: 'credential access' }],
        },
      ],
    },
  });
  expect(lines[2]).toEqual(JSON.parse(JSON.stringify(toEcs(alert!))));
  expect(lines[2]).toMatchObject({
    event: { kind: 'alert', severity: 73 },
    host: { name: 'web' },
    source: { ip: '192.0.2.1' },
    threat: { technique: { id: ['T1110.001'] } },
  });
  const hostile = toEcs({ ...alert!, entities: { '__proto__.x': 'y', message: 'kept' } });
  expect(({} as Record<string, unknown>).x).toBeUndefined();
  expect(hostile.message).toBe(alert!.title);
  folder.remove();
});

test.skipIf(process.platform === 'win32')('a file on a disk that is full gets no half lines', async () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'alerts.ndjson');
  const line = { ...notification, alerts: [{ ...notification.alerts[0]!, note: 'x'.repeat(5_000) }] };
  const script = `
    process.on('SIGXFSZ', () => {});
    const { file } = await import(${JSON.stringify(pathToFileURL(resolve('src/alert/receivers/file.ts')).href)});
    const receiver = file({ path: ${JSON.stringify(path)} });
    const failed = [];
    for (let n = 0; n < 5; n++)
      await receiver.deliver(${JSON.stringify(line)}).catch(({ code }) => failed.push(code));
    console.log(failed.join());`;
  // Files of 16 KiB at most: room for two of the lines, and a part of the third.
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    'ulimit -f 16; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    script,
  ]);
  expect(stdout.trim()).toBe('EFBIG,EFBIG,EFBIG');
  await file({ path }).deliver(notification, context());
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((one) => JSON.parse(one).key)).toEqual(['key-1', 'key-1', 'key-1']);
  folder.remove();
});

test('NATS carries the key for de-duplication', async ({ skip }) => {
  const { connect } = await import('@nats-io/transport-node');
  const servers = process.env.WOLFSEC_TEST_NATS_URL ?? 'nats://127.0.0.1:4222';
  const listener = await connect({ servers, timeout: 1_000, reconnect: false }).catch(() => undefined);
  if (!listener) return skip('no NATS server answers (set WOLFSEC_TEST_NATS_URL)');
  const subject = `wolfsec.test.${process.pid}.${Date.now()}`;
  const messages = listener.subscribe(subject, { max: 1 });
  await listener.flush();
  const receiver = nats({ servers, subject });
  await receiver.deliver(notification, context());
  for await (const message of messages) {
    expect(message.headers?.get('Nats-Msg-Id')).toBe('key-1');
    expect(message.json()).toMatchObject({ key: 'key-1' });
  }
  await receiver.close?.();
  await listener.close();
});
