import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Service } from '../../src/server/index.ts';
import { SyslogFrames } from '../../src/server/syslog-frames.ts';
import { attack } from '../pipeline/rules.ts';
import { detectionsOf, withService } from './running.ts';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function found(service: Service, count: number) {
  for (let tries = 0; tries < 200; tries++) {
    const detections = await detectionsOf(service);
    if (detections.length >= count) return detections;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return detectionsOf(service);
}

const line = (n: number) => `<13>${JSON.stringify(attack(n))}`;

test('syslog over TCP in both framings, also where the sender hangs up', async () => {
  const port = await freePort();
  await withService({ syslogTcpPort: port }, async (service) => {
    const socket = connect(port, '127.0.0.1');
    const counted = line(1);
    socket.write(`${Buffer.byteLength(counted)} ${counted}`);
    socket.write(`${line(2)}\n${line(3).slice(0, 20)}`);
    socket.end(line(3).slice(20));
    expect(await found(service, 3)).toHaveLength(3);
  });
});

test('syslog over UDP', async () => {
  const port = await freePort();
  await withService({ syslogUdpPort: port }, async (service) => {
    const socket = createSocket('udp4');
    for (let n = 0; n < 5; n++) socket.send(line(n), port, '127.0.0.1');
    expect(await found(service, 5)).toHaveLength(5);
    socket.close();
  });
});

test('senders outside the prefixes are dropped and counted', async () => {
  const port = await freePort();
  await withService({ syslogTcpPort: port, syslogAllow: ['10.0.0.0/8'] }, async (service) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'close');
    expect(await service.registry.text()).toContain(
      'wolfsec_syslog_dropped_total{transport="tcp",reason="address"} 1',
    );
  });
});

test('frames come out the same however the stream is cut', () => {
  const message = fc.string({ minLength: 1, maxLength: 40 }).map((text) => `<1>${text.replace(/\s/g, '_')}x`);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(message, fc.boolean())),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (sent, cuts) => {
        const stream = Buffer.concat(
          sent.map(([text, counted]) =>
            Buffer.from(counted ? `${Buffer.byteLength(text)} ${text}` : `${text}\n`),
          ),
        );
        const frames = new SyslogFrames(() => expect.unreachable());
        const got: string[] = [];
        for (let at = 0; at < stream.length; ) {
          const size = cuts.next().value as number;
          got.push(...frames.push(stream.subarray(at, at + size)));
          at += size;
        }
        got.push(...frames.end());
        expect(got).toEqual(sent.map(([text]) => text));
      },
    ),
  );
});

test('messages that are too long are passed over, and the next one is read', () => {
  let tooLong = 0;
  const frames = new SyslogFrames(() => tooLong++);
  const long = 'x'.repeat(40_000);
  expect(frames.push(Buffer.from(`<1>${long}`))).toEqual([]);
  expect(frames.push(Buffer.from(long))).toEqual([]);
  expect(frames.push(Buffer.from(`${long}\n<1>next\n`))).toEqual(['<1>next']);
  expect(frames.push(Buffer.from(`200000 ${'y'.repeat(100_000)}`))).toEqual([]);
  expect(frames.push(Buffer.from(`${'y'.repeat(100_000)}5 <1>ok`))).toEqual(['<1>ok']);
  expect(tooLong).toBe(2);
});
