import { expect, test } from 'vitest';
import { Users } from '../../src/server/users.ts';
import { describeStores } from '../store/stores.ts';

describeStores('sessions of processes that share a store', (store) => {
  test('what one began may write through another, with its own CSRF token alone', async () => {
    const [one, other] = [new Users(store()), new Users(store())];
    const begin = async () => {
      const signIn = await one.redeem(await one.link(), {});
      if (!signIn.ok) throw new Error(signIn.reason);
      return signIn.issued;
    };
    const [first, second] = [await begin(), await begin()];
    const request = { cookie: `wolfsec=${first.token}`, loopback: true };
    const session = await other.sessionOf(request);
    if (!session) throw new Error('the other process does not know the session');
    expect(other.isOwnWrite(request, session, one.csrfToken(first.session, first.token))).toBe(true);
    expect(other.isOwnWrite(request, session, one.csrfToken(second.session, second.token))).toBe(false);
    expect(other.isOwnWrite(request, session, undefined)).toBe(false);
    expect(other.isOwnWrite({ ...request, cookie: undefined }, session, 'x')).toBe(false);
  });
});
