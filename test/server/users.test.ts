import { describe, expect, test } from 'vitest';
import { memoryStorage } from '../../src/auth/index.ts';
import { Users } from '../../src/server/users.ts';
import { quickHasher } from '../auth/hasher.ts';

const [first, second] = ['correct horse battery staple', 'another horse battery staple'];

describe.each([
  ['Ada', 'ada'],
  ['ada', ' ADA '],
  ['\uff21da', 'Ada'],
])('an account made as %j', (made, spelt) => {
  const setUp = async () => {
    const users = new Users(memoryStorage(), { hasher: quickHasher() });
    expect(await users.add(made, first, 'full')).toEqual({ ok: true });
    const signIn = async (password: string) => {
      const answer = await users.signIn(spelt, password, {});
      if (!answer.ok) throw new Error(answer.reason);
      return answer.issued;
    };
    const sessionOf = (token: string) => users.sessionOf({ cookie: `wolfsec=${token}`, loopback: true });
    return { users, signIn, sessionOf };
  };

  test(`loses its sessions and its rights when it is reset as ${JSON.stringify(spelt)}`, async () => {
    const { users, signIn, sessionOf } = await setUp();
    const { token, session } = await signIn(first);
    expect(session.scopes).toContain('write');
    expect(await users.reset(spelt, second, 'readOnly')).toEqual({ ok: true });
    expect(await sessionOf(token)).toBeUndefined();
    expect((await signIn(second)).session.scopes).toEqual(['read', 'metrics']);
  });

  test(`loses its sessions when it is removed as ${JSON.stringify(spelt)}`, async () => {
    const { users, signIn, sessionOf } = await setUp();
    const { token } = await signIn(first);
    expect(await users.remove(spelt)).toBe(true);
    expect(await sessionOf(token)).toBeUndefined();
    expect(await users.remove(made)).toBe(false);
  });
});
