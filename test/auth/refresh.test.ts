import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStorage, type RefreshOptions, RefreshTokens } from '../../src/auth/index.ts';
import { clock, ear } from './clock.ts';

function setUp(options: Partial<RefreshOptions> = {}) {
  const time = clock();
  const heard = ear();
  const storage = memoryStorage().records;
  return {
    time,
    heard,
    tokens: new RefreshTokens({ storage, now: time.now, listener: heard.listener, ...options }),
  };
}

async function next(tokens: RefreshTokens, token: string): Promise<string> {
  const refreshed = await tokens.refresh(token);
  if (!refreshed.ok) throw new Error(`refused: ${refreshed.reason}`);
  return refreshed.token;
}

describe('a refresh token', () => {
  test('gives the next one, with what was granted', async () => {
    const { tokens } = setUp();
    const { token, grant } = await tokens.issue({
      userId: 'alice',
      scopes: ['read'],
      data: { client: 'app' },
    });
    const refreshed = await tokens.refresh(token);
    expect(refreshed).toMatchObject({ ok: true, grant });
    expect(await tokens.refresh(await next(tokens, (refreshed as { token: string }).token))).toMatchObject({
      ok: true,
    });
  });

  test('used twice ends the family, for thief and victim, with an event', async () => {
    const { tokens, heard } = setUp();
    const { token } = await tokens.issue({ userId: 'alice' });
    const second = await next(tokens, token);
    expect(await tokens.refresh(token, { address: '203.0.113.9' })).toEqual({ ok: false, reason: 'reused' });
    expect(await tokens.refresh(second)).toEqual({ ok: false, reason: 'unknown' });
    expect(heard.events.at(-1)).toMatchObject({
      event: { action: 'token_reuse', outcome: 'failure' },
      user: { id: 'alice' },
      source: { ip: '203.0.113.9' },
    });
  });

  test('serves one of two uses at a time', async () => {
    const { tokens } = setUp();
    const { token } = await tokens.issue({ userId: 'alice' });
    const results = await Promise.all([tokens.refresh(token), tokens.refresh(token)]);
    expect(results.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1);
  });

  test('may be used again within the leeway, if the caller allows one', async () => {
    const { tokens, time } = setUp({ leewayMs: 10_000 });
    const { token } = await tokens.issue({ userId: 'alice' });
    await next(tokens, token);
    time.pass(9_999);
    const again = await next(tokens, token);
    await next(tokens, again);
    expect(await tokens.refresh(token)).toEqual({ ok: false, reason: 'reused' });
  });

  test('ends when it is not used, and with its family in any case', async () => {
    const { tokens, time } = setUp({ idleMs: 10_000, absoluteMs: 25_000 });
    let { token } = await tokens.issue({ userId: 'alice' });
    const idle = (await tokens.issue({ userId: 'alice' })).token;
    for (let i = 0; i < 2; i++) {
      time.pass(9_000);
      token = await next(tokens, token);
    }
    expect(await tokens.refresh(idle)).toEqual({ ok: false, reason: 'unknown' });
    time.pass(8_000);
    expect(await tokens.refresh(token)).toEqual({ ok: false, reason: 'unknown' });
  });

  test('can be revoked, alone or with all of its user', async () => {
    const { tokens } = setUp();
    const issued = await Promise.all(
      ['alice', 'alice', 'alice', 'bob'].map((userId) => tokens.issue({ userId })),
    );
    const [a, b, c, d] = issued.map(({ token }) => token) as [string, string, string, string];
    expect(await tokens.revoke(a)).toBe(true);
    expect(await tokens.revoke(a)).toBe(false);
    expect(await tokens.revokeAll('alice')).toBe(2);
    for (const token of [a, b, c]) expect((await tokens.refresh(token)).ok).toBe(false);
    expect((await tokens.refresh(d)).ok).toBe(true);
  });

  test('that was guessed ends nobody’s family', async () => {
    const { tokens } = setUp();
    const { token } = await tokens.issue({ userId: 'alice' });
    const guess = token.slice(0, 22) + 'A'.repeat(43);
    expect(await tokens.refresh(guess)).toEqual({ ok: false, reason: 'unknown' });
    expect((await tokens.refresh(token)).ok).toBe(true);
  });

  test('of any other shape is refused and throws nothing', async () => {
    const { tokens } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), async (text) => {
        expect((await tokens.refresh(text as string)).ok).toBe(false);
        expect(await tokens.revoke(text as string)).toBe(false);
      }),
    );
  });
});
