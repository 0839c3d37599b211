export { reputationCache } from '../cache/index.ts';
export { type Indicator, type IndicatorKind, indicatorOf } from './indicator.ts';
export type { LearnedScore, LearnOptions } from './learned.ts';
export type { CsvColumns, FeedFormat } from './parse/entry.ts';
export {
  type FeedOptions,
  type FeedStatus,
  Reputation,
  type ReputationOptions,
  type ReputationSource,
  type Verdict,
} from './reputation.ts';
