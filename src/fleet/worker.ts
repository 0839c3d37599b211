import { randomUUID } from 'node:crypto';
import type { AlertManager } from '../alert/index.ts';
import type { Broker, Running } from '../broker/index.ts';
import { type RuleSource, ThreatDetector } from '../detect/index.ts';
import type { Registry } from '../metrics/index.ts';
import { IngestPipeline } from '../pipeline/index.ts';
import type { Store } from '../store/index.ts';
import { keepAlerts } from './alert-stage.ts';
import { correlatePartition } from './correlate-stage.ts';
import { DetectStage } from './detect-stage.ts';
import { fleetMetrics } from './metrics.ts';
import { Offsets } from './offsets.ts';
import { FleetRules } from './rules.ts';
import { type Member, TaskShare } from './share.ts';
import { FleetSink } from './sink.ts';

export interface WorkerOptions {
  readonly broker: Broker;
  /** Shared by all workers; the embedded database does for a single one. */
  readonly store: Store;
  readonly rules: readonly RuleSource[];
  /** Opens the alerts of the fleet, with their outbox in the shared store. */
  readonly openAlerts: () => Promise<AlertManager>;
  readonly registry: Registry;
  readonly prefix: string;
  readonly partitions: number;
  readonly lanes: number;
  readonly maxQueueBytes: number;
  readonly leaseMs: number;
  readonly ackWaitMs: number;
  readonly maxDeliveries: number;
  readonly logMs: number;
  readonly onError: (error: unknown) => void;
}

/** A member of a fleet: takes events off the queue, and holds its share of what one worker does at a time. */
export interface Worker {
  readonly id: string;
  readonly pipeline: IngestPipeline;
  /** Partitions and duties held now. */
  readonly held: readonly string[];
  /** Version of the rules in use. */
  readonly rulesVersion: string;
  /** Announces rules to the whole fleet; gives their version. */
  announce(sources: readonly RuleSource[]): Promise<string>;
  /** Takes no more, waits for what was taken, and gives its duties to the others. */
  close(): Promise<void>;
}

const alertsTask = 'alerts';
const partitionTask = (partition: number) => `hits-${partition}`;

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { broker, store, registry, prefix, partitions, leaseMs, onError } = options;
  const id = randomUUID();
  const metrics = fleetMetrics(registry);
  const offsets = new Offsets(store.records, prefix);
  const sink = new FleetSink({ broker, store, partitions, onError });
  let prepared: { version: string; detector: ThreatDetector } | undefined;
  let pipeline: IngestPipeline | undefined;
  let share: TaskShare | undefined;

  const rules = new FleetRules({
    records: store.records,
    prefix,
    async prepare(sources, version) {
      const detector = await ThreatDetector.create({ rules: sources, correlateApart: true, registry });
      prepared?.detector[Symbol.dispose]();
      prepared = { version, detector };
    },
    async activate() {
      const detector = prepared?.detector;
      if (!detector) return;
      prepared = undefined;
      if (pipeline) {
        const old = await pipeline.replaceDetector(detector);
        old[Symbol.dispose]();
        // Partitions are counted by the new rules, from the hits that the log still has. Not within this beat.
        setImmediate(() => void share?.restart((task) => task !== alertsTask).catch(onError));
        return;
      }
      pipeline = new IngestPipeline({
        detector,
        flow: sink,
        registry,
        limits: { lanes: options.lanes, maxBytes: options.maxQueueBytes },
      });
    },
  });
  await rules.start(options.rules);
  const started = pipeline as IngestPipeline | undefined;
  if (!started) throw new Error('the rules of the fleet are gone from the store');
  const detect = new DetectStage({ ...options, pipeline: started, metrics, records: store.records });

  const lag = async () => {
    const { waiting, pending } = await broker.queue();
    metrics.waiting.set(waiting);
    metrics.pending.set(pending);
  };
  const begin = (task: string, onEnd: (error: unknown) => void): Promise<Running> => {
    if (task === alertsTask) {
      return keepAlerts({ broker, offsets, store, open: options.openAlerts, logMs: options.logMs }, onEnd);
    }
    const { detector } = started;
    const reachMs = Math.max(0, ...detector.correlations.map(({ timespanMs }) => timespanMs));
    const stage = { broker, sink, offsets, metrics, reachMs, correlator: () => detector.correlator() };
    return correlatePartition(Number(task.slice('hits-'.length)), stage, onEnd);
  };
  share = new TaskShare({
    records: store.records,
    prefix,
    workerId: id,
    tasks: [alertsTask, ...Array.from({ length: partitions }, (_, partition) => partitionTask(partition))],
    leaseMs,
    start: begin,
    about: () => ({ ready: rules.ready }),
    async onBeat(members) {
      metrics.held.set(share?.held.length ?? 0);
      // Neither may keep the leases from being renewed.
      await rules.beat(members, readyOf).catch(onError);
      await lag().catch(onError);
    },
    onError,
  });
  await share.start();
  await detect.start();
  const holding = share;
  return {
    id,
    pipeline: started,
    get held() {
      return holding.held;
    },
    get rulesVersion() {
      return rules.active;
    },
    announce: (sources) => rules.announce(sources),
    async close() {
      await detect.stop();
      await started.close();
      await holding.stop();
      await sink.close();
      started.detector[Symbol.dispose]();
    },
  };
}

const readyOf = ({ about }: Member) => (about as { ready?: string } | null)?.ready;
