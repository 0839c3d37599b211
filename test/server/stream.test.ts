import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { expect, test, vi } from 'vitest';
import { ApiKeys, memoryStorage } from '../../src/auth/index.ts';
import type { AlertBrief, EngineFigures } from '../../src/server/api.ts';
import { AlertStream, type StreamSink } from '../../src/server/live/stream.ts';
import { mountStream } from '../../src/server/routes/stream.ts';
import { attack, ndjson } from '../pipeline/rules.ts';
import { withService } from './running.ts';
import { send } from './send.ts';

interface Told {
  readonly event: string;
  readonly id: string;
  readonly data: { alerts?: AlertBrief[]; more?: number };
}

class Sink implements StreamSink {
  text = '';
  ended = false;
  backlog = 0;
  write(text: string) {
    this.text += text;
  }
  end() {
    this.ended = true;
  }
  backlogBytes() {
    return this.backlog;
  }
  get told(): Told[] {
    return [...this.text.matchAll(/event: (\w+)\nid: (\S+)\ndata: (.*)\n\n/g)].map(([, event, id, data]) => ({
      event: event as string,
      id: id as string,
      data: JSON.parse(data as string),
    }));
  }
  async until(fits: (told: Told) => boolean): Promise<Told> {
    for (let tries = 0; tries < 1_000; tries++) {
      const found = this.told.find(fits);
      if (found) return found;
      await sleep(10);
    }
    throw new Error(`nothing fits; told: ${this.text.slice(-500)}`);
  }
}

const streamOf = (more: object = {}) =>
  new AlertStream({
    alert: (id) => ({ id }) as AlertBrief,
    figures: () => ({ atMs: 1 }) as EngineFigures,
    everyMs: 20,
    ...more,
  });

test('what changes in between is told together, each alert once, and no more than a message holds', async () => {
  const stream = streamOf();
  const sink = new Sink();
  const close = stream.open(sink);
  expect(sink.told.map(({ event }) => event)).toEqual(['figures']);
  for (let n = 0; n < 1_000; n++) stream.changed([`a-${n % 150}`]);
  const { data } = await sink.until(({ event }) => event === 'alerts');
  expect(data.alerts).toHaveLength(100);
  expect(data.more).toBe(50);
  close();
  expect(stream.watchers).toBe(0);
  stream.close();
});

test('who comes back gets what was missed; who was away too long, or knew another process, starts afresh', async () => {
  const stream = streamOf({ lingerMs: 60_000 });
  const first = new Sink();
  const close = stream.open(first);
  stream.changed(['a']);
  const { id } = await first.until(({ event }) => event === 'alerts');
  close();
  stream.changed(['b']);
  await sleep(60);
  stream.changed(['c']);
  await sleep(60);
  const second = new Sink();
  stream.open(second, id);
  const missed = second.told.filter(({ event }) => event === 'alerts');
  expect(missed.map(({ data }) => data.alerts?.map((one) => one.id))).toEqual([['b'], ['c']]);
  for (const unknown of ['else-1', '', `${id}0000`, 'nonsense']) {
    const third = new Sink();
    stream.open(third, unknown);
    expect(third.told[0]).toMatchObject({ event: 'reset' });
  }
  stream.close();
  expect(second.ended).toBe(true);
});

test('a client that takes nothing is left out, told to start afresh when it is back, and costs the others nothing', async () => {
  const stream = streamOf();
  const [slow, quick] = [new Sink(), new Sink()];
  stream.open(slow);
  stream.open(quick);
  slow.backlog = 1e9;
  const before = slow.text;
  stream.changed(['a']);
  await quick.until(({ event }) => event === 'alerts');
  expect(slow.text).toBe(before);
  slow.backlog = 0;
  await slow.until(({ event }) => event === 'reset');
  stream.close();
});

test('nothing is gathered while nobody watches', async () => {
  const stream = streamOf({ lingerMs: 0 });
  stream.open(new Sink())();
  await sleep(100);
  stream.changed(['a']);
  const sink = new Sink();
  stream.open(sink);
  await sink.until(({ event }) => event === 'figures');
  await sleep(60);
  expect(sink.told.some(({ event }) => event === 'alerts')).toBe(false);
  stream.close();
});

test('who comes back after nothing was gathered for a while starts afresh', async () => {
  const stream = streamOf({ lingerMs: 0 });
  const first = new Sink();
  const close = stream.open(first);
  const { id } = await first.until(({ event }) => event === 'figures');
  close();
  await sleep(100);
  stream.changed(['missed']);
  stream.open(new Sink());
  const back = new Sink();
  stream.open(back, id);
  expect(back.told[0]).toMatchObject({ event: 'reset' });
  stream.close();
});

async function withStreams(
  parts: { readonly stream: AlertStream; readonly users?: object; readonly keys?: ApiKeys },
  use: (port: number) => Promise<void>,
): Promise<void> {
  const app = fastify();
  await mountStream(app, parts as never);
  await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    await use((app.server.address() as AddressInfo).port);
  } finally {
    parts.stream.close();
    await app.close();
  }
}

const ask = (port: number, key?: string) => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n${key ? `X-API-Key: ${key}\r\n` : ''}\r\n`);
  return socket;
};

test('a client that went away before it was let in is no watcher', () => {
  const stream = streamOf();
  const letIn = Promise.withResolvers<object>();
  const asked = Promise.withResolvers<void>();
  const sessionOf = () => {
    asked.resolve();
    return letIn.promise;
  };
  return withStreams({ stream, users: { sessionOf } }, async (port) => {
    const socket = ask(port);
    await asked.promise;
    socket.destroy();
    await sleep(100);
    letIn.resolve({ userId: 'ada', scopes: ['read'] });
    await sleep(100);
    expect(stream.watchers).toBe(0);
  });
});

test('a stream ends with the key that it was asked for by', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const stream = streamOf();
    const keys = new ApiKeys({ storage: memoryStorage().apiKeys });
    const { key, apiKey } = await keys.create({ ownerId: 'wall', name: 'wall', scopes: ['read'] });
    await withStreams({ stream, keys }, async (port) => {
      const socket = ask(port, key).resume();
      await vi.waitFor(() => expect(stream.watchers).toBe(1));
      await vi.advanceTimersByTimeAsync(60_000);
      expect(stream.watchers).toBe(1);
      await keys.revoke(apiKey.id);
      await vi.advanceTimersByTimeAsync(15_000);
      await vi.waitFor(() => expect(stream.watchers).toBe(0));
      socket.destroy();
    });
  } finally {
    vi.useRealTimers();
  }
});

test('a client that takes nothing is cut off when its stream ends', () => {
  const stream = streamOf({ figures: () => ({ pad: 'x'.repeat(32 << 20) }), everyMs: 1_000 });
  return withStreams({ stream }, async (port) => {
    const socket = ask(port).pause();
    await vi.waitFor(() => expect(stream.watchers).toBe(1));
    stream.close();
    await sleep(2_500);
    const closed = once(socket, 'close');
    socket.on('error', () => {}).resume();
    let taken = 0;
    socket.on('data', (chunk: Buffer) => {
      taken += chunk.length;
    });
    await closed;
    expect(taken).toBeLessThan(32 << 20);
  });
});

test('the service tells of an alert that opens, and ends its streams when it closes', () =>
  withService({}, async (service) => {
    const sink = new Sink();
    const closed = Promise.withResolvers<void>();
    request(new URL('/v1/stream', service.url), { agent: false }, (answer) => {
      expect(answer.headers['content-type']).toBe('text/event-stream');
      answer.on('data', (chunk: Buffer) => sink.write(chunk.toString('utf8')));
      answer.on('end', () => closed.resolve());
    }).end();
    await sink.until(({ event }) => event === 'figures');
    await send(service.url, '/v1/events', ndjson([attack(7)]));
    const { data } = await sink.until(({ event }) => event === 'alerts');
    expect(data.alerts).toMatchObject([
      { title: 'Whoami', status: 'open', entities: { 'host.name': 'host-7' } },
    ]);
    await service.close();
    await closed.promise;
  }));
