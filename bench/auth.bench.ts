// What it costs to check a credential that a request carries.
import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { ApiKeys, memoryStorage, Sessions } from '../src/auth/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();

export default suite('auth', async (s) => {
  const storage = memoryStorage();
  const token = 'a'.repeat(65);
  const digest = new Uint8Array(hash('sha256', token, 'buffer'));
  s.group(
    'digest of a token compared',
    { expect: true },
    {
      native: native && (() => native.auth.tokenMatches(token, digest)),
      portable: () => portable.auth.tokenMatches(token, digest),
      'node:crypto hash': () => timingSafeEqual(hash('sha256', token, 'buffer'), digest),
      'node:crypto createHash': () => timingSafeEqual(createHash('sha256').update(token).digest(), digest),
    },
  );

  const users = 1_024;
  const sessions = new Sessions({ storage: storage.sessions });
  const issued = await Promise.all(
    Array.from({ length: users }, (_, i) => sessions.create({ userId: `user-${i}` })),
  );
  const tokens = issued.map((one) => one.token);
  s.group(
    `session check, ${users} sessions`,
    { check: (result: { ok: boolean }) => result.ok, expect: true },
    { [native ? 'native' : 'portable']: (i: number) => sessions.check(tokens[i & (users - 1)]!) },
  );

  const apiKeys = new ApiKeys({ storage: storage.apiKeys, revalidateMs: 86_400_000 });
  const made = await Promise.all(
    Array.from({ length: users }, (_, i) => apiKeys.create({ ownerId: 'alice', name: `key ${i}` })),
  );
  const keys = made.map((one) => one.key);
  for (const key of keys) await apiKeys.check(key);
  s.group(
    `API key check, ${users} keys`,
    { check: (result: { ok: boolean }) => result.ok, expect: true },
    { [native ? 'native' : 'portable']: (i: number) => apiKeys.check(keys[i & (users - 1)]!) },
  );
});
