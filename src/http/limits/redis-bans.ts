/**
 * What `SharedBans` does where the state is: the arithmetic of `bans.ts`, on the server's clock. `KEYS[1]` is the sorted
 * set of bans by their ends; an offender's points lie beside it under `KEYS[1]:key`. Times go out as what is left of
 * them, since the fleet's clocks may differ.
 */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** What is told: milliseconds left (0: pardoned), how many bans came before, the key. */
const tell = `
local function tell(channel, left, repeats, key)
  redis.call('PUBLISH', channel, string.format('%d\\n%d\\n', left, repeats) .. key)
end
`;

/** Keeps the list short: those that are over go, and beyond `most` those that end first. */
const keep = `
local function keep(key, till, most)
  redis.call('ZADD', KEYS[1], till, key)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -(most + 1))
end
`;

/** `key, points, threshold, halfLifeMs, banMs, maxBanMs, maxKeys, channel` → milliseconds left, bans before. */
export const banScript = `${now}${tell}${keep}
local threshold, half, ban, longest = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local offender = KEYS[1] .. ':' .. ARGV[1]
local known = redis.call('HMGET', offender, 'points', 'at', 'until', 'repeats')
local till, repeats = tonumber(known[3] or 0), tonumber(known[4] or 0)
local left = tonumber(known[1] or 0) * 0.5 ^ (math.max(0, now - tonumber(known[2] or now)) / half)
if left < 1e-3 then repeats = 0 end
local points = left + tonumber(ARGV[2])
if points >= threshold and till <= now then
  till = now + math.floor(math.min(longest, ban * 2 ^ repeats))
  repeats = repeats + 1
  keep(ARGV[1], till, tonumber(ARGV[7]))
  tell(ARGV[8], till - now, repeats - 1, ARGV[1])
end
redis.call('HSET', offender, 'points', string.format('%.6f', points), 'at', string.format('%d', now),
  'until', string.format('%d', till), 'repeats', repeats)
local forgiven = half * math.max(1, math.log(math.max(points, 1) / 1e-3) / math.log(2))
redis.call('PEXPIRE', offender, string.format('%d', math.max(till - now, forgiven)))
return {math.max(0, till - now), math.max(0, repeats - 1)}
`;

/** `key, milliseconds, maxKeys, channel`: a ban that was made elsewhere; the longer one holds. */
export const keepScript = `${now}${tell}${keep}
local till = now + tonumber(ARGV[2])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if known and tonumber(known) >= till then return 0 end
keep(ARGV[1], till, tonumber(ARGV[3]))
tell(ARGV[4], till - now, 0, ARGV[1])
return 1
`;

/** `maxKeys` → key, milliseconds left, key, … of the bans in force, those that end last first. */
export const listScript = `${now}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local found = redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
for at = 2, #found, 2 do found[at] = tostring(tonumber(found[at]) - now) end
return found
`;

/** `key, channel`. */
export const pardonScript = `${tell}
redis.call('DEL', KEYS[1] .. ':' .. ARGV[1])
redis.call('ZREM', KEYS[1], ARGV[1])
tell(ARGV[2], 0, 0, ARGV[1])
return 1
`;
