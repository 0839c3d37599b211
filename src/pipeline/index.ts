export { DetectionFlow, type DetectionFlowOptions, maxEventChars } from './flow.ts';
export {
  type IngestBatch,
  type IngestFigures,
  type IngestLimits,
  type IngestOutcome,
  IngestPipeline,
  type IngestPipelineOptions,
  type IngestTotals,
} from './ingest.ts';
