import { WolfsecError } from '../../errors.ts';
import type { FeedEntry } from './entry.ts';

interface StixObject {
  readonly type?: unknown;
  readonly pattern?: unknown;
  readonly pattern_type?: unknown;
  readonly revoked?: unknown;
  readonly confidence?: unknown;
  readonly valid_until?: unknown;
  readonly indicator_types?: unknown;
  readonly labels?: unknown;
}

/** A comparison of a STIX pattern that is an indicator of ours (STIX 2.1 §9). */
const comparison =
  /(?:ipv[46]-addr:value|domain-name:value|file:hashes\.(?:'[^']+'|"[^"]+"|[\w-]+))\s*(?:=|ISSUBSET)\s*'((?:[^'\\]|\\.)*)'/g;

/** Indicators of a STIX 2.1 bundle. Patterns that need several things at once are passed over. */
export function* parseStix(bundle: unknown): Generator<FeedEntry> {
  const { type, objects } = (bundle ?? {}) as { type?: unknown; objects?: unknown };
  if (type !== 'bundle' || !Array.isArray(objects)) {
    throw new WolfsecError('WOLFSEC_FEED_INVALID', 'a STIX feed must be a bundle with objects');
  }
  for (const object of objects as StixObject[]) {
    if (object?.type !== 'indicator' || object.revoked === true || typeof object.pattern !== 'string')
      continue;
    if ((object.pattern_type ?? 'stix') !== 'stix') continue;
    // AND and FOLLOWEDBY: one part alone says nothing. The words inside of quoted values do not count.
    if (/\b(AND|FOLLOWEDBY|NOT)\b/.test(object.pattern.replaceAll(/'(?:[^'\\]|\\.)*'/g, ''))) continue;
    const more = detailsOf(object);
    for (const [, value = ''] of object.pattern.matchAll(comparison)) {
      yield { text: value.replaceAll(/\\(.)/g, '$1'), ...more };
    }
  }
}

function detailsOf({
  confidence,
  valid_until,
  indicator_types,
  labels,
}: StixObject): Omit<FeedEntry, 'text'> {
  const category = [indicator_types, labels].find(
    (list) => Array.isArray(list) && typeof list[0] === 'string',
  ) as string[] | undefined;
  const untilMs = typeof valid_until === 'string' ? Date.parse(valid_until) : Number.NaN;
  return {
    ...(category ? { category: category[0] as string } : {}),
    ...(typeof confidence === 'number' ? { confidence: confidence / 100 } : {}),
    ...(Number.isNaN(untilMs) ? {} : { expiresMs: untilMs }),
  };
}
