export { DetectionFlow, type DetectionFlowOptions, maxEventChars } from './flow.ts';
export {
  type IngestBatch,
  type IngestFigures,
  type IngestLimits,
  type IngestOutcome,
  IngestPipeline,
  type IngestPipelineOptions,
  type IngestTotals,
  type Sink,
} from './ingest.ts';
export { ingestMetrics } from './ingest-metrics.ts';
export { LearnedKeeper, type LearnedKeeperOptions } from './learned-keeper.ts';
