import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { shown } from '../../src/server/config.ts';
import { fleetOptions } from '../../src/server/fleet-config.ts';
import { envName, readConfig } from '../../src/server/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wolfsec-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(content: string): string {
  const path = join(folder, `${Math.random()}.yml`);
  writeFileSync(path, content);
  return path;
}

test('flags come before the environment, that before the file, that before the defaults', () => {
  const file = fileOf('port: 1\nlanes: 3\nmaxQueueBatches: 9\nrules: [a, b]\n');
  const env = { WOLFSEC_PORT: '2', WOLFSEC_LANES: '4', WOLFSEC_SYSLOG_ALLOW: '10.0.0.0/8, ::1' };
  expect(readConfig({ file, env, flags: { port: '3' } })).toMatchObject({
    port: 3,
    lanes: 4,
    maxQueueBatches: 9,
    rules: ['a', 'b'],
    syslogAllow: ['10.0.0.0/8', '::1'],
    host: '127.0.0.1',
    auth: false,
  });
  expect(envName('syslogUdpPort')).toBe('WOLFSEC_SYSLOG_UDP_PORT');
});

test('what is wrong is told with its name and place', () => {
  expect(() => readConfig({ env: { WOLFSEC_PORT: 'x' } })).toThrow(
    /port \(WOLFSEC_PORT\) must be a whole number from 0 to 65535/,
  );
  expect(() => readConfig({ file: fileOf('prot: 1') })).toThrow(/"prot".*must be one of host, port/);
  for (const inherited of ['toString', 'constructor', '__proto__'])
    expect(() => readConfig({ file: fileOf(`${inherited}: 1`) })).toThrow(/must be one of host, port/);
  expect(() => readConfig({ file: fileOf('- a') })).toThrow(/a map of settings/);
  expect(() => readConfig({ file: fileOf('a: [') })).toThrow(/yml/);
  expect(() => readConfig({ file: join(folder, 'none') })).toThrow(
    expect.objectContaining({ code: 'WOLFSEC_INPUT_NOT_FOUND' }),
  );
  expect(() => readConfig({ flags: { maxBodyBytes: 4096, maxQueueBytes: 2048 } })).toThrow(/maxBodyBytes/);
});

test('wider than loopback only with keys, and syslog only with prefixes', () => {
  expect(readConfig({ flags: { host: '0.0.0.0' } }).auth).toBe(true);
  expect(() => readConfig({ flags: { host: '0.0.0.0', auth: false } })).toThrow(/auth must be on/);
  expect(() => readConfig({ flags: { host: 'example.org', auth: 'false' } })).toThrow(/auth must be on/);
  const wide = { syslogHost: '0.0.0.0', syslogUdpPort: 514 };
  expect(() => readConfig({ flags: wide })).toThrow(/syslogAllow/);
  expect(readConfig({ flags: { ...wide, syslogAllow: ['10.0.0.0/8'] } }).syslogAllow).toEqual(['10.0.0.0/8']);
});

test('what a broker signs in with comes from settings and files, and is not shown', () => {
  const ca = fileOf('the authority');
  const brokerPasswordFile = fileOf('se cret\n');
  const flags = { source: 'kafkas://u@a:9093', brokerCa: ca };
  const fromFile = readConfig({ flags: { ...flags, brokerPasswordFile } });
  expect(fleetOptions(fromFile)).toMatchObject({ tls: { ca: 'the authority' }, password: 'se cret' });
  const fromEnv = readConfig({ flags, env: { WOLFSEC_BROKER_PASSWORD: 'secret' } });
  expect(fleetOptions(fromEnv)).toMatchObject({ password: 'secret' });
  expect(JSON.stringify([shown(fromFile), shown(fromEnv)])).not.toMatch(/secret|se cret/);
  expect(shown(fromEnv)).toMatchObject({ brokerPassword: '…', brokerCa: ca });
  expect(fleetOptions(readConfig())).not.toMatchObject({ tls: expect.anything() });
});

test('the key that a feed asks for is not shown', () => {
  const feeds = ['https://feeds.example/list?key=secret', '/etc/wolfsec/list?.txt'];
  expect(shown(readConfig({ flags: { feeds } })).feeds).toEqual(['https://feeds.example/list?…', feeds[1]]);
});

test('settings of a broker that do not fit together are refused', () => {
  expect(() => readConfig({ flags: { brokerCert: 'a' } })).toThrow(/brokerCert and brokerKey/);
  const twice = { brokerPassword: 'secret', brokerPasswordFile: 'a' };
  expect(() => readConfig({ flags: twice })).toThrow(/brokerPassword must be unset/);
  expect(() => fleetOptions(readConfig({ flags: { brokerCa: join(folder, 'none') } }))).toThrow(
    expect.objectContaining({
      code: 'WOLFSEC_INPUT_NOT_FOUND',
      message: expect.stringContaining('brokerCa'),
    }),
  );
});

test.each([
  ['kafkas://u:secret@a:9093,b:9093', 'kafkas://…@a:9093,b:9093'],
  ['kafkas://u:sec@secret@a:9093', 'kafkas://…@a:9093'],
  ['kafkas://u:sec/secret@a:9093', 'kafkas://…'],
  ['kafkas://u:sec?secret@a:9093', 'kafkas://…'],
  ['kafka://a:9092?mechanism=PLAIN', 'kafka://a:9092?…'],
  ['kafka://a:9092', 'kafka://a:9092'],
])('%s is shown without its password', (source, as) => {
  expect(shown(readConfig({ flags: { source } })).source).toBe(as);
});
