import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { networkBytes } from './network.ts';
import type { Registry } from './registry.ts';

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak_callbacks',
};

/** Shows the process and the runtime in `registry`: the names that Prometheus clients share. Gives a function that ends it. */
export function watchRuntime(registry: Registry): () => void {
  const ends = [
    watchProcess(registry),
    watchLoop(registry),
    watchCollector(registry),
    watchNetwork(registry),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function watchProcess(registry: Registry): () => void {
  const cpu = registry.counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the process, by mode.',
    labels: ['mode'],
  });
  const memory = (name: string, help: string) => registry.gauge({ name, help, unit: 'bytes' });
  const resident = memory('process_resident_memory_bytes', 'Resident memory.');
  const heapUsed = memory('nodejs_heap_used_bytes', 'Heap in use.');
  const heapTotal = memory('nodejs_heap_total_bytes', 'Heap allocated.');
  const external = memory('nodejs_external_memory_bytes', 'Memory of objects outside the heap.');
  const handles = registry.gauge({
    name: 'nodejs_active_resources',
    help: 'What keeps the event loop alive, by type.',
    labels: ['type'],
  });
  const start = registry.gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process since the epoch.',
    unit: 'seconds',
    aggregation: 'min',
  });
  start.set(Math.round(performance.timeOrigin) / 1000);
  registry
    .info({ name: 'nodejs_version', help: 'Runtime.', labels: ['version'] })
    .set({ version: process.version });
  return registry.onScrape(() => {
    const { user, system } = process.cpuUsage();
    cpu.follow({ mode: 'user' }, user / 1e6);
    cpu.follow({ mode: 'system' }, system / 1e6);
    const used = process.memoryUsage();
    resident.set(used.rss);
    heapUsed.set(used.heapUsed);
    heapTotal.set(used.heapTotal);
    external.set(used.external);
    handles.reset();
    for (const type of process.getActiveResourcesInfo()) handles.inc({ type });
  });
}

/** How often Node looks whether the loop comes round, in milliseconds. */
const resolutionMs = 10;

/** A time between two looks, of which the resolution is no delay; NaN, where there was none, is 0. @internal */
export function loopDelaySeconds(nanos: number): number {
  return nanos > resolutionMs * 1e6 ? nanos / 1e9 - resolutionMs / 1000 : 0;
}

function watchLoop(registry: Registry): () => void {
  const delay = registry.gauge({
    name: 'nodejs_eventloop_delay_seconds',
    help: 'Delay of the event loop since the last scrape, by quantile; "max" and "mean" too.',
    unit: 'seconds',
    labels: ['stat'],
    aggregation: 'max',
  });
  const utilisation = registry.gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of the time since the last scrape that the event loop was busy.',
    unit: 'ratio',
    aggregation: 'average',
  });
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let last = performance.eventLoopUtilization();
  const end = registry.onScrape(() => {
    for (const percentile of [50, 95, 99, 99.9]) {
      delay.set({ stat: `p${percentile}` }, loopDelaySeconds(histogram.percentile(percentile)));
    }
    delay.set({ stat: 'max' }, histogram.count === 0 ? 0 : loopDelaySeconds(histogram.max));
    delay.set({ stat: 'mean' }, loopDelaySeconds(histogram.mean));
    histogram.reset();
    const now = performance.eventLoopUtilization();
    utilisation.set(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  });
  return () => {
    end();
    histogram.disable();
  };
}

function watchCollector(registry: Registry): () => void {
  const pauses = registry.exponentialHistogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Pauses for garbage collection, by kind.',
    unit: 'seconds',
    labels: ['kind'],
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      pauses.observe({ kind: gcKinds[kind] ?? 'other' }, entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function watchNetwork(registry: Registry): () => void {
  const bytes = registry.counter({
    name: 'process_network_bytes_total',
    help: 'Bytes of TCP sockets opened since the watching began, by direction.',
    labels: ['direction'],
  });
  const network = networkBytes();
  const end = registry.onScrape(() => {
    const { received, sent } = network.read();
    bytes.follow({ direction: 'receive' }, received);
    bytes.follow({ direction: 'transmit' }, sent);
  });
  return () => {
    end();
    network.end();
  };
}
