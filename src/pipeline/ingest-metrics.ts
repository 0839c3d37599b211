import { exponentialBuckets, type Registry } from '../metrics/index.ts';

/** The series of the pipeline; `source` is the kind of front door, e.g. `ndjson` or `syslog`. */
export function ingestMetrics(registry: Registry) {
  const labels = ['source'] as const;
  return {
    events: registry.counter({
      name: 'wolfsec_pipeline_events_total',
      help: 'Events that were looked at and whose detections are stored.',
      labels,
    }),
    bytes: registry.counter({
      name: 'wolfsec_pipeline_bytes_total',
      help: 'Bytes of NDJSON taken into the queue.',
      labels,
    }),
    faults: registry.counter({
      name: 'wolfsec_pipeline_faults_total',
      help: 'Lines that are not events.',
      labels,
    }),
    detections: registry.counter({
      name: 'wolfsec_pipeline_detections_total',
      help: 'Detections raised, by level.',
      labels: ['level'],
    }),
    dropped: registry.counter({
      name: 'wolfsec_pipeline_dropped_batches_total',
      help: 'Batches that were refused or failed; the sender was told where it can be.',
      labels: ['source', 'reason'],
    }),
    queuedBatches: registry.gauge({
      name: 'wolfsec_pipeline_queued_batches',
      help: 'Batches taken in and not yet stored.',
    }),
    queuedBytes: registry.gauge({
      name: 'wolfsec_pipeline_queued_bytes',
      help: 'Bytes taken in and not yet stored.',
      unit: 'bytes',
    }),
    detectSeconds: registry.histogram({
      name: 'wolfsec_pipeline_detect_seconds',
      help: 'Time in detection, by batch.',
      buckets: exponentialBuckets(0.0001, 2, 18),
    }),
    lagSeconds: registry.histogram({
      name: 'wolfsec_pipeline_lag_seconds',
      help: 'From taking a batch in to its detections being stored.',
      buckets: exponentialBuckets(0.0005, 2, 18),
    }),
  };
}
