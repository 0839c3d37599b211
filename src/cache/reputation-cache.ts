import { type Lookup, ThreatCache, type ThreatCacheOptions } from './threat-cache.ts';

/**
 * A {@link ThreatCache} set up for reputation look-ups, which are slow, are asked for the same few
 * addresses over and over, and mostly answer "nothing known": 100 000 entries, known ones fresh for an hour,
 * unknown ones for 5 minutes, a value that has aged serves for another hour
 * while it is renewed, and a look-up is given up after 10 seconds.
 */
export function reputationCache<V extends {}>(
  lookup: Lookup<V>,
  options: Omit<ThreatCacheOptions<V>, 'lookup'> = {},
): ThreatCache<V> {
  return new ThreatCache<V>({
    name: 'reputation',
    maxEntries: 100_000,
    ttlMs: 3_600_000,
    negativeTtlMs: 300_000,
    staleMs: 3_600_000,
    timeoutMs: 10_000,
    ...options,
    lookup,
  });
}
