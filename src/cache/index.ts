export { BatchCache, type BatchCacheOptions } from './batch-cache.ts';
export { Batcher, type BatcherOptions, type FlushCause } from './batcher.ts';
export { CachedValue } from './cached-value.ts';
export { type MapConcurrentOptions, mapConcurrent } from './map-concurrent.ts';
export { reputationCache } from './reputation-cache.ts';
export { type Lookup, ThreatCache, type ThreatCacheOptions } from './threat-cache.ts';
