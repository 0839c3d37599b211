import { expect, test } from 'vitest';
import { openService, readConfig, type Service } from '../../src/server/index.ts';
import { Users } from '../../src/server/users.ts';
import { clock } from '../auth/clock.ts';
import { quickHasher } from '../auth/hasher.ts';
import { whoamiRule } from '../pipeline/rules.ts';
import { describeStores, temporaryFolder } from '../store/stores.ts';
import { ask, send } from './send.ts';

const password = 'correct horse battery staple';
const from = { address: '192.0.2.7' };

describeStores('sign-ins are counted in the store', (store) => {
  const { now } = clock();
  const process = () => new Users(store(), { now, hasher: quickHasher() });

  test('by all processes together, known names and unknown ones alike', async () => {
    await process().add('ann', password, 'full');
    for (const name of ['ann', 'nobody']) {
      const processes = [process(), process()] as const;
      const answers: string[] = [];
      for (let tries = 0; tries < 7; tries++) {
        const answer = await processes[tries % 2]!.signIn(name, `guess ${tries}`, from);
        answers.push(answer.ok ? 'ok' : answer.reason);
      }
      // Five are free, and the sixth begins the wait.
      expect(answers).toEqual([...Array(6).fill('credentials'), 'throttled']);
      // A process that has counted nothing itself refuses too, and from elsewhere.
      const fresh = await process().signIn(name, password, { address: '198.51.100.1' });
      expect(fresh).toMatchObject({ ok: false, reason: 'throttled' });
    }
  });

  test('by address, over accounts', async () => {
    const address = { address: '203.0.113.5' };
    const answers = [];
    for (let tries = 0; tries < 22; tries++) {
      const answer = await process().signIn(`account-${tries}`, 'guess', address);
      answers.push(answer.ok ? 'ok' : answer.reason);
    }
    expect(answers.slice(0, 20)).toEqual(Array(20).fill('credentials'));
    expect(answers.at(-1)).toBe('throttled');
    // Another address is another's.
    const other = await process().signIn('account-0', 'guess', { address: '203.0.113.6' });
    expect(other).toEqual({ ok: false, reason: 'credentials' });
  });

  test('a password that was set anew lifts the wait', async () => {
    const users = process();
    await users.add('carl', password, 'readOnly');
    for (let tries = 0; tries < 7; tries++) await users.signIn('carl', 'guess', { address: '192.0.2.8' });
    expect(await users.signIn('carl', password, {})).toMatchObject({ reason: 'throttled' });
    // As `wolfsec user --reset` does, in a process of its own.
    expect(await process().reset('carl', `${password} 2`, 'full')).toEqual({ ok: true });
    expect(await users.signIn('carl', `${password} 2`, {})).toMatchObject({ ok: true });
  });
});

test('a restart of the service gives no new tries, and both show in its metrics', async () => {
  const folder = temporaryFolder();
  const open = () =>
    openService({
      config: readConfig({ flags: { port: 0, data: folder.path, auth: true } }),
      rules: [whoamiRule],
    });
  const guess = (url: string) =>
    send(url, '/v1/session', Buffer.from(JSON.stringify({ user: 'bob', password: 'guess' })), {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
    });
  const metrics = async ({ keys, url }: Service): Promise<string> => {
    const { key } = await keys.create({ ownerId: 'ops', name: 'scrape', scopes: ['metrics'] });
    return (await ask(url, '/metrics', { headers: { authorization: `Bearer ${key}` } })).body;
  };
  try {
    const before = await open();
    for (let tries = 0; tries < 6; tries++) expect(await guess(before.url)).toMatchObject({ status: 401 });
    expect(await metrics(before)).toMatch(/^wolfsec_offthread_started_total\{queue="passwords"\} [1-9]/m);
    await before.close();
    const after = await open();
    // Waits of a second, then two, may be over by now where hashing is slow; five more free tries there are not.
    let status = 401;
    for (let tries = 0; tries < 4 && status === 401; tries++) status = (await guess(after.url)).status;
    expect(status).toBe(429);
    const throttled = /^wolfsec_auth_events_total\{action="login_throttled",outcome="failure"\} 1$/m;
    expect(await metrics(after)).toMatch(throttled);
    await after.close();
  } finally {
    folder.remove();
  }
});
