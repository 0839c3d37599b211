import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnrichmentHook } from '../alert/index.ts';
import { indicatorOf, Reputation } from '../reputation/index.ts';

const refreshMs = 3_600_000;
/** Addresses whose scores are learned; kept small, since each takes memory whether or not anybody looks. */
export const maxLearned = 20_000;
/** What is worse than this marks a detection. */
const badScore = 40;

/** How long starting waits for lists that are far away; they are in force as soon as they are there. */
const startMs = 10_000;

/** Opens the feeds, all at once. A feed that cannot be read is told of and tried again. */
export async function openReputation(
  feeds: readonly string[],
  onError: (error: unknown) => void,
): Promise<Reputation> {
  const reputation = new Reputation({ learn: { maxEntries: maxLearned } });
  const loads = feeds.map((feed) => {
    const remote = /^https?:\/\//.test(feed);
    const name = remote ? new URL(feed).host + new URL(feed).pathname : basename(feed);
    return reputation.load({ name, ...(remote ? { url: feed } : { path: feed }), refreshMs }).catch(onError);
  });
  const enough = new AbortController();
  await Promise.race([
    Promise.all(loads),
    sleep(startMs, undefined, { signal: enough.signal }).catch(() => {}),
  ]);
  enough.abort();
  return reputation;
}

/** Marks detections from addresses that a feed knows, with the tag `reputation.CATEGORY`. */
export function reputationHook(reputation: Reputation): EnrichmentHook {
  return {
    name: 'reputation',
    key({ entities }) {
      const address = entities?.['source.ip'] ?? entities?.['client.ip'];
      if (address === undefined || address.includes('/')) return undefined;
      return indicatorOf(address)?.kind === 'ip' ? address : undefined;
    },
    async look(address) {
      const { score, sources } = reputation.check(address);
      const feeds = sources.filter(({ name }) => name !== 'learned');
      return score >= badScore && feeds.length > 0
        ? { tags: feeds.map(({ category }) => `reputation.${category}`) }
        : undefined;
    },
  };
}
