export type { HttpLimits, HttpLocation } from '../backend/contract/http.ts';
export { AddressList, type AddressListOptions } from './address-lists.ts';
export type { AgentKind } from './bots/agent.ts';
export { type BotSignal, botScores } from './bots/headers.ts';
export type { BotOptions, BotVerdict } from './bots/watch.ts';
export { clientKey, type TrustProxy } from './client-address.ts';
export { detectionsOf, type RequestOrigin } from './detections.ts';
export type { Exclusion } from './exclusions.ts';
export {
  type AddressReputation,
  type BlockReason,
  type GuardDecision,
  type GuardedRequest,
  type GuardMode,
  type GuardOptions,
  HttpGuard,
  type RouteRule,
} from './guard.ts';
export {
  defaultHttpLimits,
  type HttpFinding,
  HttpInspector,
  type HttpVerdict,
  type InspectorOptions,
  type ParanoiaLevel,
  severityScores,
} from './inspector.ts';
export { type Ban, type BanList, type BanOptions, Bans } from './limits/bans.ts';
export { BruteForceGuard, type BruteForceGuardOptions, type LoginVerdict } from './limits/brute-force.ts';
export type { Limit, LimitAlgorithm, LimitDecision, LimitStore } from './limits/limit.ts';
export { RateLimiter, type RateLimiterOptions } from './limits/limiter.ts';
export { MemoryWindows } from './limits/memory.ts';
export { RedisWindows } from './limits/redis.ts';
export {
  fromIoredis,
  fromNodeRedis,
  hearIoredis,
  hearNodeRedis,
  type IoredisLike,
  type IoredisListenerLike,
  type NodeRedisLike,
  type NodeRedisListenerLike,
  type RedisListener,
  type RedisScripts,
} from './limits/redis-clients.ts';
export { SharedBans, type SharedBansOptions } from './limits/shared-bans.ts';
export { SharedLimits, type SharedLimitsOptions, type WhenAway } from './limits/shared-limits.ts';
export { expressGuard } from './middleware/express.ts';
export { guardFastify } from './middleware/fastify.ts';
export { type HonoGuardOptions, honoGuard } from './middleware/hono.ts';
export { koaGuard } from './middleware/koa.ts';
export { decisionOf, guardNode, type NodeHandler } from './middleware/node.ts';
export type { HttpRequest } from './pack.ts';
export { type HttpSignature, type HttpSignatures, loadSignatures } from './program.ts';
export { leakedSecrets, type ResponseMode, type ResponseOptions } from './response/guard.ts';
export { type Leak, ResponseInspector, type ResponseInspectorOptions } from './response/inspector.ts';
export type { LeakKind } from './response/patterns.ts';
