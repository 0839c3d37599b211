import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ApiKeyOptions,
  ApiKeys,
  apiKeyPattern,
  findApiKeys,
  isWellFormedApiKey,
  memoryStorage,
  type StoredApiKey,
} from '../../src/auth/index.ts';
import { clock, ear } from './clock.ts';

function setUp(options: Partial<ApiKeyOptions> = {}) {
  const time = clock();
  const heard = ear();
  const storage = memoryStorage().apiKeys;
  const keys = new ApiKeys({ storage, now: time.now, listener: heard.listener, ...options });
  return { time, heard, storage, keys };
}

describe('an API key', () => {
  test('is accepted with its scopes, at once from the second time on', async () => {
    const { keys } = setUp({ prefix: 'acme_live' });
    const { key, apiKey } = await keys.create({ ownerId: 'alice', name: 'ci', scopes: ['read'] });
    expect(key).toMatch(/^acme_live_[0-9A-Za-z]{65}$/);
    expect(await keys.check(key)).toMatchObject({ ok: true, key: { id: apiKey.id, scopes: ['read'] } });
    expect(keys.check(key)).not.toBeInstanceOf(Promise);
  });

  test('is stored as a hash alone', async () => {
    const { storage } = setUp();
    const stored: StoredApiKey[] = [];
    const keys = new ApiKeys({ storage: { ...storage, add: async (key) => void stored.push(key) } });
    const { key } = await keys.create({ ownerId: 'alice', name: 'ci' });
    expect(JSON.stringify(stored)).not.toContain(key.slice(20));
  });

  test('ends when it expires', async () => {
    const { keys, time } = setUp();
    const { key } = await keys.create({ ownerId: 'alice', name: 'ci', expiresMs: time.now() + 1_000 });
    expect((await keys.check(key)).ok).toBe(true);
    time.pass(1_000);
    expect(await keys.check(key)).toEqual({ ok: false, reason: 'expired' });
    await expect(keys.create({ ownerId: 'alice', name: 'ci', expiresMs: 1 })).rejects.toMatchObject({
      code: 'WOLFSEC_INVALID_ARGUMENT',
    });
  });

  test('ends when it is revoked, though the storage answers what it was asked before only afterwards', async () => {
    const { storage, keys } = setUp();
    const { key, apiKey } = await keys.create({ ownerId: 'alice', name: 'ci' });
    const late = Promise.withResolvers<void>();
    const getByHash: typeof storage.getByHash = async (hash) => {
      const found = await storage.getByHash(hash);
      await late.promise;
      return found;
    };
    const slow = new ApiKeys({ storage: { ...storage, getByHash } });
    const checking = slow.check(key);
    await slow.revoke(apiKey.id);
    late.resolve();
    await checking;
    expect(await slow.check(key)).toEqual({ ok: false, reason: 'revoked' });
  });

  test('ends when it is revoked, here at once and elsewhere soon', async () => {
    const { keys, storage, time, heard } = setUp();
    const other = new ApiKeys({ storage, now: time.now });
    const { key, apiKey } = await keys.create({ ownerId: 'alice', name: 'ci' });
    expect((await other.check(key)).ok && (await keys.check(key)).ok).toBe(true);
    expect(await keys.revoke(apiKey.id)).toBe(true);
    expect(await keys.revoke(apiKey.id)).toBe(false);
    expect(await keys.check(key)).toEqual({ ok: false, reason: 'revoked' });
    time.pass(5_000);
    expect(await other.check(key)).toEqual({ ok: false, reason: 'revoked' });
    expect(heard.actions()).toEqual(['api_key_created', 'api_key_revoked', 'api_key_rejected']);
  });

  test('tells when it was last used', async () => {
    const { keys, time } = setUp();
    const { key } = await keys.create({ ownerId: 'alice', name: 'ci' });
    await keys.check(key);
    time.pass(61_000);
    await keys.check(key);
    await keys.settled();
    expect((await keys.list('alice'))[0]?.lastUsedMs).toBe(time.now());
  });
});

describe('the checksum', () => {
  test('tells leaked keys from look-alikes', async () => {
    const { keys } = setUp();
    const { key } = await keys.create({ ownerId: 'alice', name: 'ci' });
    const lookAlike = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    expect(isWellFormedApiKey('wsk', key)).toBe(true);
    expect(findApiKeys('wsk', `token=${key}; other=${lookAlike}`)).toEqual([key]);
    for (const leaked of [`{"log":"first\\n${key}\\n"}`, `API_KEY_${key}`, `${key}_old`, `${key}abc`])
      expect(findApiKeys('wsk', leaked)).toEqual([key]);
    expect(findApiKeys('wsk', key + key)).toEqual([key, key]);
    expect(apiKeyPattern('wsk').test(`"${key}"`)).toBe(true);
  });

  test('spares the storage mistyped keys', async () => {
    let asked = 0;
    const { storage } = setUp();
    const getByHash = (hash: string) => {
      asked++;
      return storage.getByHash(hash);
    };
    const counting = { ...storage, getByHash };
    const keys = new ApiKeys({ storage: counting });
    const { key } = await keys.create({ ownerId: 'alice', name: 'ci' });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 68 }),
        fc.constantFrom('0', 'z', '_', 'é'),
        async (at, char) => {
          const typo = key.slice(0, at) + char + key.slice(at + 1);
          expect((await keys.check(typo)).ok).toBe(typo === key);
        },
      ),
    );
    expect(asked).toBeLessThanOrEqual(1);
  });
});

test('anything else is refused and throws nothing', async () => {
  const { keys } = setUp();
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), async (text) => {
      expect(await keys.check(text as string)).toEqual({ ok: false, reason: 'malformed' });
    }),
  );
});
