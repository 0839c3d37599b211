import { expect, test, vi } from 'vitest';
import { type RedisListener, type RedisScripts, SharedBans } from '../../src/http/index.ts';

/** A Redis that lists one ban until it is pardoned, and can be away. */
function redisWithBan(key: string) {
  const state = { away: false, banned: true };
  const run: RedisScripts['run'] = async (script) => {
    if (state.away) throw new Error('away');
    if (script.includes('ZREM') && script.includes("'DEL'")) state.banned = false;
    return script.includes('ZREVRANGE') && state.banned ? [key, '60000'] : [];
  };
  return { state, redis: { run, delete: async () => 1 } };
}

test('a pardon while Redis is away is told when it is back', async () => {
  const { state, redis } = redisWithBan('203.0.113.9');
  const listener: RedisListener = { listen: () => () => {} };
  using bans = new SharedBans({ redis, listener, pauseMs: 20 });
  await bans.reread();
  expect(bans.banned('203.0.113.9')).toBeDefined();
  state.away = true;
  await bans.pardon('203.0.113.9');
  expect(bans.banned('203.0.113.9')).toBeUndefined();
  state.away = false;
  await vi.waitFor(() => expect(state.banned).toBe(false));
  await bans.reread();
  expect(bans.banned('203.0.113.9')).toBeUndefined();
});
