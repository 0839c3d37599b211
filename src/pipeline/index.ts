export { DetectionFlow, type DetectionFlowOptions } from './flow.ts';
export {
  type IngestBatch,
  type IngestFigures,
  type IngestLimits,
  type IngestOutcome,
  IngestPipeline,
  type IngestPipelineOptions,
} from './ingest.ts';
