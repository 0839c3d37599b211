import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort } from '../fleet/brokers.ts';
import { detectionsOf, withService } from './running.ts';

const found = spawnSync('rsyslogd', ['-v']).status === 0;
if (!found) console.info('skipped: there is no rsyslogd here');

/** A real rsyslog, which takes messages by UDP as on any host and sends them on to the engine. */
test.skipIf(!found).each([
  ['UDP', '@', {}],
  ['TCP, lines', '@@', {}],
  ['TCP, counted octets', '@@(o)', {}],
])(
  'rsyslog sends on by %s',
  async (_, how) => {
    const [udp, tcp, own] = [await freePort(), await freePort(), await freePort()];
    await withService({ syslogUdpPort: udp, syslogTcpPort: tcp }, async (service) => {
      const folder = mkdtempSync(join(tmpdir(), 'wolfsec-rsyslog-'));
      const port = how === '@' ? udp : tcp;
      writeFileSync(
        join(folder, 'rsyslog.conf'),
        [
          `global(workDirectory="${folder}")`,
          'module(load="imudp")',
          `input(type="imudp" address="127.0.0.1" port="${own}")`,
          `*.* ${how}127.0.0.1:${port};RSYSLOG_SyslogProtocol23Format`,
        ].join('\n'),
      );
      const child = spawn('rsyslogd', ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')], {
        stdio: 'ignore',
      });
      const socket = createSocket('udp4');
      try {
        const event = JSON.stringify({ EventID: 1, CommandLine: 'whoami /all' });
        const line = Buffer.from(`<13>Jan  1 00:00:00 web app: ${event}`);
        // UDP says nothing of what arrives: sent until rsyslog is up and something comes through.
        for (let tries = 0; tries < 100 && (await detectionsOf(service)).length === 0; tries++) {
          socket.send(line, own, '127.0.0.1');
          await sleep(200);
        }
        const [first] = await detectionsOf(service);
        expect(first).toMatchObject({ title: 'Whoami' });
        expect(JSON.stringify(first?.matched)).toContain('whoami /all');
      } finally {
        socket.close();
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
  60_000,
);
