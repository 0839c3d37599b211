import { LRUCache } from 'lru-cache';
import type { Broker, LogMessage, Running } from '../broker/index.ts';
import { chained } from '../detect/correlate/correlator.ts';
import type { CorrelationHit, Correlator, Detection } from '../detect/index.ts';
import type { Sink } from '../pipeline/index.ts';
import { readHit } from './messages.ts';
import type { FleetMetrics } from './metrics.ts';
import { isFresh, type Offsets } from './offsets.ts';

export interface CorrelateStageOptions {
  readonly broker: Broker;
  readonly sink: Sink;
  readonly offsets: Offsets;
  readonly metrics: FleetMetrics;
  /** A correlator without any hits yet, over the rules in use. */
  readonly correlator: () => Correlator;
  /** The longest timespan of the rules: so far back hits still count. */
  readonly reachMs: number;
  readonly now?: () => number;
}

/** Ids of hits that are remembered in each partition: the broker drops repeats of the last minutes by itself. */
const rememberedHits = 20_000;

/**
 * Counts the hits of one partition. Its state is what the log says: whoever takes a partition over reads the log from
 * twice the longest timespan before the offset, counts without raising up to the offset, and goes on from there. So the
 * state is the same wherever it is held, and what two holders might raise at once has one id.
 */
export async function correlatePartition(
  partition: number,
  options: CorrelateStageOptions,
  onEnd: (error: unknown) => void,
): Promise<Running> {
  const { broker, sink, offsets, metrics, reachMs, now = Date.now } = options;
  const log = `hits-${partition}`;
  const done = await offsets.get(log);
  const correlator = options.correlator();
  const seen = new LRUCache<string, true>({ max: rememberedHits });

  const count = (message: LogMessage, detections: Detection[], further: CorrelationHit[]) => {
    if (seen.has(message.id)) return;
    seen.set(message.id, true);
    const hit = readHit(message.data);
    const detection = correlator.take(hit);
    if (!detection) return;
    detections.push(detection);
    further.push(...correlator.router.route(chained(detection, hit)));
  };
  return broker.follow('hits', partition, {
    sinceMs: Math.min(done?.timeMs ?? now(), now()) - 2 * reachMs,
    async take(messages) {
      const detections: Detection[] = [];
      const further: CorrelationHit[] = [];
      const fresh = messages.filter((message) => isFresh(message, done));
      for (const message of messages) {
        if (isFresh(message, done)) count(message, detections, further);
        else count(message, [], []);
      }
      const last = fresh.at(-1);
      if (!last) return;
      if (detections.length > 0) {
        await sink.take(detections, new Map(), further);
        await sink.flush();
      }
      metrics.hits.inc({}, fresh.length);
      await offsets.put(log, { position: last.position, timeMs: last.timeMs });
    },
    onEnd,
  });
}
