import { describe, expect, test } from 'vitest';
import {
  detectFormat,
  type Format,
  formatNamed,
  formats,
  maxTextLineLength,
  textReader,
  textToNdjson,
} from '../../src/event/index.ts';

const now = new Date('2026-11-25T12:00:00Z');
const read = (format: Exclude<Format, 'ndjson'>, line: string) => {
  const { ndjson } = textToNdjson(line, format, now);
  return ndjson.length === 0 ? undefined : (JSON.parse(ndjson.toString()) as Record<string, unknown>);
};

const access =
  '10.1.2.3 - bob [24/Nov/2026:23:59:01 +0200] "GET /a/b?x=1&y=%20 HTTP/1.1" 404 123 "http://r/" "curl \\"8\\""';

describe('access logs', () => {
  test('combined', () => {
    expect(read('combined', access)).toEqual({
      '@timestamp': '2026-11-24T21:59:01.000Z',
      'c-ip': '10.1.2.3',
      'cs-username': 'bob',
      'cs-method': 'GET',
      'cs-uri': '/a/b?x=1&y=%20',
      'cs-uri-stem': '/a/b',
      'cs-uri-query': 'x=1&y=%20',
      'cs-version': 'HTTP/1.1',
      'sc-status': 404,
      'sc-bytes': 123,
      'cs-referer': 'http://r/',
      'cs-user-agent': 'curl \\"8\\"',
    });
  });
  test('with the virtual host in front, and what only looks like one', () => {
    expect(read('combined', `www.example.com:443 ${access}`)).toEqual({
      ...read('combined', access),
      'cs-host': 'www.example.com',
    });
    expect(read('combined', `[::1]:80 ::1 - - ${access.slice(access.indexOf('['))}`)).toMatchObject({
      'cs-host': '[::1]',
      'c-ip': '::1',
    });
    const spaced = read('combined', access.replace('10.1.2.3 - bob', '2001:db8::7 - bob b'));
    expect(spaced).toMatchObject({ 'c-ip': '2001:db8::7', 'cs-username': 'bob b' });
    expect(spaced).not.toHaveProperty('cs-host');
  });
  test('common, with odd requests', () => {
    const line = (request: string) =>
      read('common', `::1 - - [24/Nov/2026:23:59:01 +0000] "${request}" 400 -`);
    expect(line('GET /')).toMatchObject({ 'c-ip': '::1', 'cs-method': 'GET', 'cs-uri': '/' });
    expect(line('\\x16\\x03\\x01')).toMatchObject({
      'cs-method': '',
      'cs-uri': '\\x16\\x03\\x01',
      'sc-status': 400,
    });
    expect(line('GET /a b HTTP/1.0')).toMatchObject({ 'cs-uri': '/a b', 'cs-version': 'HTTP/1.0' });
    expect(line('')).toMatchObject({ 'cs-uri': '' });
    expect(line('GET /')).not.toHaveProperty('cs-username');
  });
  test.each(['', 'hello', '10.1.2.3 - - "GET /" 200 1', access.replace('404', '4040')])(
    'not one: %s',
    (line) => {
      expect(read('combined', line)).toBeUndefined();
    },
  );
});

describe('syslog', () => {
  test('RFC 5424 with structured data', () => {
    const line =
      '<165>1 2026-11-24T22:14:15.003Z host app 77 ID47 [ex@1 a="1" b="x\\"y\\]"][two@2 c="3"] \ufeffhello';
    expect(read('syslog5424', line)).toEqual({
      '@timestamp': '2026-11-24T22:14:15.003Z',
      host: 'host',
      program: 'app',
      pid: '77',
      msgid: 'ID47',
      message: 'hello',
      'ex@1.a': '1',
      'ex@1.b': 'x"y]',
      'two@2.c': '3',
      facility: 'local4',
      severity: 'notice',
    });
    expect(read('syslog5424', '<34>1 - - - - - -')).toEqual({ facility: 'auth', severity: 'crit' });
  });
  test('RFC 3164, with and without priority; the year is the latest that fits', () => {
    expect(read('syslog3164', '<13>Nov  5 01:02:03 host prog[9]: text: more')).toEqual({
      '@timestamp': '2026-11-05T01:02:03.000Z',
      host: 'host',
      program: 'prog',
      pid: '9',
      message: 'text: more',
      facility: 'user',
      severity: 'notice',
    });
    expect(read('syslog3164', 'Dec 31 23:59:59 host prog: x')).toMatchObject({
      '@timestamp': '2025-12-31T23:59:59.000Z',
    });
    expect(read('syslog3164', '2026-11-24T10:00:00+01:00 host prog: x')).toMatchObject({
      '@timestamp': '2026-11-24T09:00:00.000Z',
    });
  });
  test('sshd', () => {
    const message = (program: string, text: string) =>
      read('syslog3164', `Nov  5 01:02:03 h ${program}[1]: ${text}`);
    expect(message('sshd', 'Failed password for invalid user a b from 10.0.0.1 port 22 ssh2')).toMatchObject({
      'event.action': 'failed_password',
      user: 'a b',
      'source.ip': '10.0.0.1',
      port: '22',
    });
    expect(message('sshd', 'Accepted publickey for root from ::1 port 5 ssh2')).toMatchObject({
      'event.action': 'accepted_publickey',
      user: 'root',
      'source.ip': '::1',
    });
    expect(
      message('sshd', 'Failed password for x from 1.1.1.1 port 1 from 2.2.2.2 port 22 ssh2'),
    ).toMatchObject({ 'event.action': 'failed_password' });
  });
  test.each([
    [
      'Failed password for invalid user x from 192.0.2.1 port 1 from 10.0.0.1 port 22 ssh2',
      'failed_password',
    ],
    ['Accepted password for x from 192.0.2.1 port 1 from 10.0.0.1 port 22 ssh2', 'accepted_password'],
    ['Invalid user x from 192.0.2.1 port 1 from 10.0.0.1 port 22', 'invalid_user'],
    ['Connection closed by invalid user x 192.0.2.1 port 1 10.0.0.1 port 22 [preauth]', 'disconnect'],
  ])('a user name cannot pass for the address: %s', (text, action) => {
    const event = read('syslog3164', `Nov  5 01:02:03 h sshd[1]: ${text}`);
    expect(event).toMatchObject({ 'event.action': action, 'source.ip': '10.0.0.1', port: '22' });
  });
  test('sudo', () => {
    const message = (program: string, text: string) =>
      read('syslog3164', `Nov  5 01:02:03 h ${program}[1]: ${text}`);
    expect(message('sudo', 'bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c a ; b')).toMatchObject({
      'event.action': 'sudo_command',
      user: 'bob',
      target_user: 'root',
      command: '/bin/sh -c a ; b',
    });
    expect(
      message('sudo', 'bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/x'),
    ).toMatchObject({ 'event.action': 'sudo_denied' });
  });
  test('a message that rsyslog tells once for several', () => {
    const failure = 'Failed password for root from 10.0.0.1 port 22 ssh2';
    expect(
      read('syslog3164', `Nov  5 01:02:03 h sshd[1]: message repeated 2 times: [ ${failure}]`),
    ).toMatchObject({
      message: `message repeated 2 times: [ ${failure}]`,
      'event.action': 'failed_password',
      user: 'root',
      'source.ip': '10.0.0.1',
    });
  });
  test('every facility has its name', () => {
    const facility = (code: number) => read('syslog5424', `<${code * 8}>1 - - - - - -`)?.facility;
    expect([0, 11, 12, 13, 14, 15, 16, 23].map(facility)).toEqual(
      'kern ftp ntp audit alert clock local0 local7'.split(' '),
    );
  });
  test('a year at its turn, and a day that few years have', () => {
    const at = (nowText: string, line: string) => {
      const { ndjson } = textToNdjson(`${line} h p: x`, 'syslog3164', new Date(nowText));
      return (JSON.parse(ndjson.toString()) as Record<string, unknown>)['@timestamp'];
    };
    // A host in Tokyo is in the new year nine hours before UTC is.
    expect(at('2026-12-31T16:00:00Z', 'Jan  1 01:00:00')).toBe('2027-01-01T01:00:00.000Z');
    expect(at('2026-12-31T16:00:00Z', 'Jan  2 01:00:00')).toBe('2026-01-02T01:00:00.000Z');
    expect(at('2026-03-05T00:00:00Z', 'Feb 29 01:00:00')).toBe('2024-02-29T01:00:00.000Z');
    expect(at('2026-03-05T00:00:00Z', 'Feb 30 01:00:00')).toBeUndefined();
  });
  test('a time without a zone is UTC, wherever this machine is', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/New_York';
    try {
      for (const line of ['2026-11-24T10:00:00 h p: x', '<34>1 2026-11-24T10:00:00.000 h p - - - x']) {
        expect(read('syslog3164', line)).toMatchObject({ '@timestamp': '2026-11-24T10:00:00.000Z' });
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
  test.each(['', 'x', '<192>1 - - - - - -', '<13>', 'Foo 99 host'])('not one: %s', (line) => {
    expect(read('syslog3164', line)).toBeUndefined();
  });
});

describe('CEF and logfmt', () => {
  test('CEF with escapes, behind a syslog header', () => {
    expect(
      read(
        'cef',
        'Nov 5 01:02:03 h CEF:0|Ven\\|dor|Pro|1.0|100|na\\\\me|7|src=10.0.0.1 msg=a \\= b\\nc dst=::1',
      ),
    ).toEqual({
      'observer.vendor': 'Ven|dor',
      'observer.product': 'Pro',
      'observer.version': '1.0',
      'event.code': '100',
      name: 'na\\me',
      severity: '7',
      src: '10.0.0.1',
      msg: 'a = b\nc',
      dst: '::1',
    });
    expect(read('cef', 'CEF:0|a|b|c')).toBeUndefined();
  });
  test.each([
    ['rt=1795568523456 start=1', '2026-11-25T01:02:03.456Z'],
    ['end=Nov 25 2026 01:02:03', '2026-11-25T01:02:03.000Z'],
    ['start=Nov 5 2026 01:02:03.456 UTC', '2026-11-05T01:02:03.456Z'],
    ['rt=now start=1795568523456', '2026-11-25T01:02:03.456Z'],
    ['rt=Foo 25 2026 01:02:03', undefined],
    ['msg=x', undefined],
  ])('the time of an event in CEF: %s', (extension, timestamp) =>
    expect(read('cef', `CEF:0|a|b|c|d|e|f|${extension}`)?.['@timestamp']).toBe(timestamp),
  );
  test('what follows an escaped backslash in CEF is no escape', () => {
    const path = String.raw`filePath=C:\\Windows\\notepad.exe act=a\=b\\=c`;
    expect(read('cef', `CEF:0|a|b|c|d|e|f|${path}`)).toMatchObject({
      filePath: String.raw`C:\Windows\notepad.exe`,
      act: String.raw`a=b\=c`,
    });
  });
  test('logfmt with quotes, escapes and bare keys', () => {
    expect(read('logfmt', 'a=1 b="x \\"y\\"\\n" c= d')).toEqual({ a: '1', b: 'x "y"\n', c: '', d: 'true' });
    expect(read('logfmt', 'just some words')).toBeUndefined();
    expect(read('logfmt', '="x"')).toBeUndefined();
  });
  test('names every object has stay fields', () => {
    expect(Object.entries(read('logfmt', 'a=1 __proto__=x constructor=y') ?? {})).toEqual([
      ['a', '1'],
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.keys(read('cef', 'CEF:0|a|b|c|d|e|f|__proto__=x') ?? {})).toContain('__proto__');
  });
});

/** The events of a source, and the lines at fault. */
function source(format: Exclude<Format, 'ndjson'>, ...batches: string[]) {
  const turn = textReader(format);
  const turned = batches.map((text) => turn(text, now));
  const rows = turned.flatMap(({ ndjson }) => ndjson.toString().split('\n').filter(Boolean));
  return {
    events: rows.map((row) => JSON.parse(row) as Record<string, unknown>),
    faults: turned.flatMap(({ faults }) => faults.map(({ line }) => line)),
  };
}

describe('LEEF', () => {
  const attributes = {
    'observer.vendor': 'Vendor',
    'observer.product': 'Pro duct',
    'observer.version': '1.0',
    'event.code': 'login',
    src: '10.0.0.1',
    usrName: 'ada lovelace',
    sev: '7',
    severity: '7',
  };
  const header = 'Vendor|Pro duct|1.0|login|';
  test.each([
    ['1.0, between tabs', `LEEF:1.0|${header}src=10.0.0.1\tusrName=ada lovelace\tsev=7`],
    [
      'behind a syslog header',
      `<13>Nov 5 01:02:03 h LEEF:1.0|${header}src=10.0.0.1\tusrName=ada lovelace\tsev=7`,
    ],
    ['tabs as rsyslog writes them', `LEEF:1.0|${header}src=10.0.0.1#011usrName=ada lovelace#011sev=7`],
    ['2.0 with a character', `LEEF:2.0|${header}^|src=10.0.0.1^usrName=ada lovelace^sev=7`],
    ['2.0 with its number', `LEEF:2.0|${header}0x5E|src=10.0.0.1^usrName=ada lovelace^sev=7`],
    ['2.0 with its number, in short', `LEEF:2.0|${header}x5e|src=10.0.0.1^usrName=ada lovelace^sev=7`],
    ['2.0 with an empty one', `LEEF:2.0|${header}|src=10.0.0.1\tusrName=ada lovelace\tsev=7`],
    ['2.0 without one', `LEEF:2.0|${header}src=10.0.0.1\tusrName=ada lovelace\tsev=7`],
  ])('%s', (_, line) => expect(read('leef', line)).toEqual(attributes));
  test('times, values with equals signs, and names every object has', () => {
    const line = `LEEF:1.0|${header}devTime=1795568523456\turl=/a?b=c\t__proto__=x\tno value\t=1`;
    const event = read('leef', line) ?? {};
    expect(event).toMatchObject({ '@timestamp': '2026-11-25T01:02:03.456Z', url: '/a?b=c' });
    expect(Object.keys(event)).toContain('__proto__');
    expect(Object.keys(event)).toHaveLength(8);
  });
  test.each(['LEEF:1.0|a|b|c', 'LEEF:3.0|a|b|c|d|', 'leef:1.0|a|b|c|d|', ''])('not one: %s', (line) =>
    expect(read('leef', line)).toBeUndefined(),
  );
});

describe('logs whose columns are named once', () => {
  const iis = [
    '#Software: Microsoft Internet Information Services 10.0',
    '#Version: 1.0',
    '#Date: 2026-11-25 01:02:03',
    '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status time-taken',
  ].join('\r\n');
  const row = '2026-11-25 01:02:04 10.0.0.2 GET /a.aspx q=1+2 443 - 10.0.0.9 Mozilla/5.0+(X;+Y) - 404 15\r';

  test('IIS', () => {
    expect(source('w3c', `${iis}\n${row}`)).toEqual({
      events: [
        {
          '@timestamp': '2026-11-25T01:02:04.000Z',
          date: '2026-11-25',
          time: '01:02:04',
          's-ip': '10.0.0.2',
          'cs-method': 'GET',
          'cs-uri': '/a.aspx?q=1+2',
          'cs-uri-stem': '/a.aspx',
          'cs-uri-query': 'q=1+2',
          's-port': 443,
          'c-ip': '10.0.0.9',
          'cs-user-agent': 'Mozilla/5.0 (X; Y)',
          'sc-status': 404,
          'time-taken': 15,
        },
      ],
      faults: [],
    });
  });
  test('columns hold for later batches of a source, until others are named', () => {
    const { events, faults } = source(
      'w3c',
      `${iis}\n${row}`,
      `${row}\n#Fields: time c-ip sc-status\n01:00:00 ::1 200\none two\n`,
      '02:00:00 ::1 500',
    );
    expect(events.map((event) => event['sc-status'])).toEqual([404, 404, 200, 500]);
    expect(events.at(-1)?.['@timestamp']).toBe('2026-11-25T02:00:00.000Z');
    expect(faults).toEqual([3]);
    expect(source('w3c', row)).toEqual({ events: [], faults: [0] });
  });
  test('CloudFront, between tabs and escaped', () => {
    const fields =
      '#Version: 1.0\n#Fields: date time c-ip cs-method cs(Host) cs-uri-stem cs(User-Agent) x-edge-location';
    const { events } = source(
      'w3c',
      `${fields}\n2026-11-25\t01:02:03\t192.0.2.1\tGET\td1.example\t/index.html\tcurl/8%20(a+b)\tFRA2-C1`,
    );
    expect(events).toEqual([
      expect.objectContaining({
        '@timestamp': '2026-11-25T01:02:03.000Z',
        'cs-host': 'd1.example',
        'cs-uri': '/index.html',
        'cs-user-agent': 'curl/8 (a+b)',
        'x-edge-location': 'FRA2-C1',
      }),
    ]);
  });
  test('values in quotes, and names every object has', () => {
    const { events } = source(
      'w3c',
      '#Fields: c-ip cs(User-Agent) __proto__ s-action\n10.0.0.1 "A (b+c) ""d""" x "TCP HIT"',
    );
    expect(Object.entries(events[0] ?? {})).toEqual([
      ['c-ip', '10.0.0.1'],
      ['cs-user-agent', 'A (b+c) "d"'],
      ['__proto__', 'x'],
      ['s-action', 'TCP HIT'],
    ]);
  });

  const zeek = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tdns',
    '#open\t2026-11-25-01-02-03',
    '#fields\tts\tid.orig_h\tid.orig_p\tquery\tAA\tanswers\trejected',
    '#types\ttime\taddr\tport\tstring\tbool\tvector[string]\tbool',
  ].join('\n');
  test('Zeek', () => {
    const { events, faults } = source(
      'zeek',
      zeek,
      '1795568523.456000\t10.0.0.1\t5353\texample.org\tT\t(empty)\t-\n#close\t2026-11-25-02-00-00\nshort\trow',
    );
    expect(events).toEqual([
      {
        '@timestamp': '2026-11-25T01:02:03.456Z',
        _path: 'dns',
        ts: 1795568523.456,
        'id.orig_h': '10.0.0.1',
        'id.orig_p': 5353,
        query: 'example.org',
        AA: 'true',
      },
    ]);
    expect(faults).toEqual([2]);
  });
  test('are told by their headers', () => {
    expect(detectFormat([...iis.split('\n'), row, row])).toBe('w3c');
    expect(detectFormat([...zeek.split('\n'), '1\t::1\t1\ta\tT\t-\t-'])).toBe('zeek');
    expect(detectFormat(['# a comment', '#another: one', 'words'])).toBeUndefined();
  });
});

describe('the format is told by the lines', () => {
  test.each([
    ['ndjson', '{"a":1}'],
    ['combined', access],
    ['common', access.slice(0, access.indexOf(' "http'))],
    ['syslog5424', '<34>1 - - - - - - x'],
    ['syslog3164', 'Nov  5 01:02:03 host prog: x'],
    ['cef', 'CEF:0|a|b|c|d|e|f|src=1'],
    ['leef', 'LEEF:1.0|a|b|c|d|src=1'],
    ['logfmt', 'a=1 b=2'],
    [undefined, 'Lorem ipsum dolor'],
    [undefined, ''],
  ])('%s', (format, line) => {
    expect(detectFormat([line, '', line])).toBe(format);
    if (format) expect(detectFormat([line, 'a stray line', line])).toBe(format);
  });
  test('by name', () => {
    for (const format of formats) expect(formatNamed(format)).toBe(format);
    expect(() => formatNamed('evtx')).toThrow(expect.objectContaining({ code: 'WOLFSEC_FORMAT_UNKNOWN' }));
  });
});

describe('bad lines', () => {
  test('are told by their place; the others are read', () => {
    const batch = textToNdjson(
      `a=1\nnothing here\n\n${'x'.repeat(maxTextLineLength + 1)}\nb=2\r\n`,
      'logfmt',
      now,
    );
    expect(batch.lines).toEqual([0, 4]);
    expect(batch.faults).toEqual([
      { line: 1, fault: 'format' },
      { line: 3, fault: 'too-long' },
    ]);
  });

  // A reader that goes back over a line would take minutes where these take milliseconds.
  const n = maxTextLineLength - 200;
  const shaped: readonly (readonly [Exclude<Format, 'ndjson'>, string])[] = [
    ['combined', `1 2 ${'['.repeat(n)}`],
    ['combined', `${'a:1'.repeat(n / 3)} b c `],
    ['combined', `${'a:1 '.repeat(n / 4)}`],
    ['combined', `1 2 3 [x] "${'\\'.repeat(n)}`],
    ['combined', `1 2 3 [x] "${'\\"'.repeat(n / 2)}" 200 1 "${'a'.repeat(10)}`],
    ['combined', ' '.repeat(n)],
    ['syslog5424', `<1>1 a b c d e ${'[a b="c"]'.repeat(n / 9)}x`],
    ['syslog5424', `<1>1 a b c d e [${'a '.repeat(4000)}]`],
    ['syslog5424', `<1>1 a b c d e [a${' b="c"'.repeat(1300)}`],
    ['syslog5424', `<1>1 a b c d e [a${' '.repeat(8000)}]`],
    ['syslog3164', `Nov  5 01:02:03 h sshd[1]: Failed x for ${' from a'.repeat(1100)}`],
    ['syslog3164', `Nov  5 01:02:03 h sshd[1]: Invalid user ${' from a port'.repeat(650)}`],
    ['syslog3164', `Nov  5 01:02:03 h sudo: ${' '.repeat(8000)}`],
    ['syslog3164', `Nov  5 01:02:03 h sudo: a : ${'TTY=a'.repeat(1500)}`],
    ['cef', `CEF:0|a|b|c|d|e|f|${'a'.repeat(n)}`],
    ['cef', `CEF:0|a|b|c|d|e|f|${'a=1 '.repeat(n / 4)}`],
    ['cef', `CEF:0|a|b|c|d|e|f|${' '.repeat(n)}`],
    ['leef', `LEEF:2.0|a|b|c|d|${'x'.repeat(n)}`],
    ['leef', `LEEF:1.0|a|b|c|d|${'a=\t'.repeat(n / 3)}`],
    ['leef', `LEEF:2.0|${'|'.repeat(n)}`],
    ['w3c', `#Fields: ${'a '.repeat(n / 2)}`],
    ['w3c', `#Fields: a b\n${'"'.repeat(n)} x`],
    ['w3c', `#Fields: a b\n${'"a '.repeat(n / 3)}`],
    ['w3c', `#Fields: a b\n${'"a"" '.repeat(n / 5)}`],
    ['w3c', `#Fields: a b\n${'"" "'.repeat(n / 4)}x`],
    ['zeek', `#fields\t${'a\t'.repeat(n / 2)}`],
    ['logfmt', `a="${'\\'.repeat(n)}`],
    ['logfmt', `${'a'.repeat(n)}"`],
    ['logfmt', 'a= '.repeat(n / 3)],
  ];
  test.each(shaped.map(([format, line], i) => [format, i, line] as const))(
    '%s of a bad shape, %i',
    { timeout: 5000 },
    (format, _, line) => {
      const { lines, faults } = textToNdjson(line, format, now);
      expect(lines.length + faults.length).toBeLessThanOrEqual(1);
      detectFormat([line]);
    },
  );
});
