import { defaultRegistry, type Registry } from '../metrics/index.ts';
import type { AlertFigures } from './options.ts';

/** Shows an AlertManager's figures in the registry; gives a function that ends it. */
export function observeAlerts(
  alerts: { figures(): AlertFigures },
  registry: Registry = defaultRegistry(),
): () => void {
  const gauge = (suffix: string, help: string) => registry.gauge({ name: `wolfsec_alerts_${suffix}`, help });
  const gauges = {
    open: gauge('open', 'Alerts that are open or acknowledged.'),
    groups: gauge('groups', 'Groups with something open or to tell.'),
    undelivered: gauge('undelivered', 'Messages not delivered yet.'),
    deadLetters: gauge('dead_letters', 'Messages given up.'),
    storeWaiting: gauge('store_waiting', 'Alerts and risks that the store has yet to take.'),
    journalWaiting: gauge('journal_waiting', 'Records that wait for the disk.'),
  } as const;
  const counter = (suffix: string, help: string) =>
    registry.counter({ name: `wolfsec_alerts_${suffix}_total`, help });
  const counters = {
    raised: counter('raised', 'Detections counted into alerts.'),
    duplicates: counter('duplicates', 'Detections that had been counted before.'),
    suppressed: counter('suppressed', 'Detections whose alert is silenced or inhibited.'),
    throttled: counter('throttled', 'Messages held back by a throttle.'),
    evicted: counter('evicted', 'Alerts resolved for want of room.'),
    storeFailures: counter('store_failures', 'Writes to the store that failed.'),
  } as const;
  const labels = ['receiver'] as const;
  const waiting = registry.gauge({
    name: 'wolfsec_alerts_receiver_waiting',
    help: 'Messages that wait.',
    labels,
  });
  const closed = registry.gauge({
    name: 'wolfsec_alerts_receiver_up',
    help: '1 where the circuit breaker is closed.',
    labels,
  });
  const before: Partial<Record<keyof typeof counters, number>> = {};
  return registry.onScrape(() => {
    const now = alerts.figures();
    for (const name of Object.keys(gauges) as (keyof typeof gauges)[]) gauges[name].set(now[name]);
    for (const name of Object.keys(counters) as (keyof typeof counters)[]) {
      counters[name].inc(now[name] - (before[name] ?? 0));
      before[name] = now[name];
    }
    for (const [name, figures] of Object.entries(now.receivers)) {
      waiting.labels(name).set(figures.waiting);
      closed.labels(name).set(figures.breaker === 'closed' ? 1 : 0);
    }
  });
}
