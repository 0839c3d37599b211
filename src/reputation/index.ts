export { reputationCache } from '../cache/index.ts';
export type { FeedOptions, FeedStatus } from './feeds.ts';
export { type Indicator, type IndicatorKind, indicatorOf } from './indicator.ts';
export type { LearnedScore, LearnOptions } from './learned.ts';
export { observeReputation } from './metrics.ts';
export type { CsvColumns, FeedFormat } from './parse/entry.ts';
export {
  Reputation,
  type ReputationFigures,
  type ReputationOptions,
  type ReputationSource,
  type Verdict,
} from './reputation.ts';
