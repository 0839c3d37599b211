import type { Registry } from './registry.ts';
import { takenSamples } from './samples.ts';

/** The part of `prom-client`'s Registry that the adapter needs. */
export interface PromClientRegistry {
  /** Takes a metric in; throws where the name is taken. */
  registerMetric(metric: never): void;
}

/** A metric as `prom-client`'s Registry reads it. */
interface PromClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  get(): Promise<{
    name: string;
    help: string;
    type: string;
    aggregator: string;
    values: { value: number; labels: Record<string, string | number>; metricName?: string }[];
  }>;
  reset(): void;
}

/**
 * Mounts every metric of `registry` in a `prom-client` registry, so that a service's own `/metrics` shows
 * both. Metrics declared later are mounted by another call.
 */
export function mountInPromClient(registry: Registry, into: PromClientRegistry): void {
  const has = (into as { getSingleMetric?(name: string): unknown }).getSingleMetric;
  // prom-client asks each metric, all of them in one turn: what is "since the last scrape" would otherwise be since the
  // metric before.
  let collected = false;
  const collect = () => {
    if (collected) return;
    collected = true;
    registry.families();
    queueMicrotask(() => {
      collected = false;
    });
  };
  for (const family of registry.families()) {
    const { name, type } = takenSamples(family);
    if (has?.call(into, name)) continue;
    const about = { name, help: family.help, type, aggregator: family.aggregation };
    const metric: PromClientMetric = {
      ...about,
      get: async () => {
        collect();
        return { ...about, values: takenSamples(family).values };
      },
      reset: () => family.reset(),
    };
    into.registerMetric(metric as never);
  }
}
