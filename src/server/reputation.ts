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
  const names = feedNames(feeds);
  const loads = feeds.map((feed, at) => {
    const where = isRemote(feed) ? { url: feed } : { path: feed };
    return reputation.load({ name: names[at] as string, ...where, refreshMs }).catch(onError);
  });
  const enough = new AbortController();
  await Promise.race([
    Promise.all(loads),
    sleep(startMs, undefined, { signal: enough.signal }).catch(() => {}),
  ]);
  enough.abort();
  return reputation;
}

const isRemote = (feed: string) => /^https?:\/\//.test(feed);

/**
 * What feeds are called in metrics, tags and on the page: the file, with the host before it where it is fetched. What
 * else there is of an address may be the key to it. Those that would be called alike are numbered, since a feed takes
 * the place of another of its name.
 */
function feedNames(feeds: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return feeds.map((feed) => {
    const name = isRemote(feed) ? remoteName(feed) : basename(feed);
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    return times === 1 ? name : `${name}#${times}`;
  });
}

function remoteName(feed: string): string {
  if (!URL.canParse(feed)) return 'a feed';
  const { host, pathname } = new URL(feed);
  const file = basename(pathname);
  return file.includes('.') ? `${host}/${file}` : host;
}

/** Marks detections from addresses that a feed knows, with the tag `reputation.CATEGORY`. */
export function reputationHook(reputation: Reputation): EnrichmentHook {
  return {
    name: 'reputation',
    // Nobody is asked who could be asked too much: the addresses of a batch are looked up together.
    concurrency: Number.POSITIVE_INFINITY,
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
