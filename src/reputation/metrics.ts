import { defaultRegistry, type Registry } from '../metrics/index.ts';
import type { FeedStatus } from './feeds.ts';
import type { ReputationFigures } from './reputation.ts';

/**
 * Shows in the registry what was looked up (`wolfsec_reputation_lookups_total{outcome}`), what was learned, and how feeds
 * stand (`wolfsec_reputation_feed_…{feed}`); gives a function that ends it.
 *
 * @param now Clock for the age of feeds, in milliseconds since the epoch.
 */
export function observeReputation(
  reputation: { figures(): ReputationFigures; feeds(): readonly FeedStatus[] },
  registry: Registry = defaultRegistry(),
  now: () => number = Date.now,
): () => void {
  const lookups = registry.counter({
    name: 'wolfsec_reputation_lookups_total',
    help: 'Look-ups by what feeds and learned scores say: on an allow-list, known to be bad, or neither.',
    labels: ['outcome'],
  });
  const learned = registry.gauge({
    name: 'wolfsec_reputation_learned_addresses',
    help: 'Addresses whose scores detections taught.',
  });
  let before: ReputationFigures['lookups'] = { allowed: 0, listed: 0, unknown: 0 };
  const stop = registry.onScrape(() => {
    const now = reputation.figures();
    for (const outcome of ['allowed', 'listed', 'unknown'] as const) {
      lookups.inc({ outcome }, now.lookups[outcome] - before[outcome]);
    }
    before = now.lookups;
    learned.set(now.learned);
  });
  const stopFeeds = observeFeeds(reputation, registry, now);
  return () => {
    stop();
    stopFeeds();
  };
}

function observeFeeds(
  reputation: { feeds(): readonly FeedStatus[] },
  registry: Registry,
  now: () => number,
): () => void {
  const labels = ['feed'] as const;
  const gauge = (suffix: string, help: string) =>
    registry.gauge({ name: `wolfsec_reputation_feed_${suffix}`, help, labels });
  const entries = gauge(
    'entries',
    'Entries in force; 0 where no load has succeeded yet, or they have expired.',
  );
  const up = gauge('up', '1 where the last load succeeded.');
  const age = registry.gauge({
    name: 'wolfsec_reputation_feed_age_seconds',
    help: 'Since the version in force was loaded.',
    unit: 'seconds',
    labels,
  });
  const failures = registry.counter({
    name: 'wolfsec_reputation_feed_failures_total',
    help: 'Loads that failed.',
    labels,
  });
  let shown = new Set<string>();
  return registry.onScrape(() => {
    const named = new Set<string>();
    for (const { name: feed, size, loadedMs, expired, failure, failures: failed } of reputation.feeds()) {
      named.add(feed);
      entries.set({ feed }, expired ? 0 : size);
      up.set({ feed }, failure === undefined ? 1 : 0);
      if (loadedMs > 0) age.set({ feed }, (now() - loadedMs) / 1_000);
      failures.follow({ feed }, failed);
    }
    for (const feed of shown) {
      if (!named.has(feed)) for (const family of [entries, up, age, failures]) family.remove({ feed });
    }
    shown = named;
  });
}
