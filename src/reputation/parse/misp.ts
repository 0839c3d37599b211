import { WolfsecError } from '../../errors.ts';
import type { FeedEntry } from './entry.ts';

interface MispAttribute {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly to_ids?: unknown;
  readonly category?: unknown;
}

interface MispEvent {
  readonly info?: unknown;
  readonly Attribute?: readonly MispAttribute[];
  readonly Object?: readonly { readonly Attribute?: readonly MispAttribute[] }[];
}

/** Types that hold an indicator; of those with two parts, which part it is. */
const partOf: Record<string, number> = {
  'ip-src': 0,
  'ip-dst': 0,
  'ip-src|port': 0,
  'ip-dst|port': 0,
  domain: 0,
  hostname: 0,
  'hostname|port': 0,
  'domain|ip': 0,
  md5: 0,
  sha1: 0,
  sha256: 0,
  sha512: 0,
  'filename|md5': 1,
  'filename|sha1': 1,
  'filename|sha256': 1,
  'filename|sha512': 1,
};

/** Attributes of MISP events (https://www.misp-standard.org/rfc/misp-standard-core.html) that are meant for detection. */
export function* parseMisp(document: unknown): Generator<FeedEntry> {
  const events = eventsOf(document);
  if (events.length === 0) throw new WolfsecError('WOLFSEC_FEED_INVALID', 'a MISP feed must hold an Event');
  for (const { Attribute = [], Object: objects = [] } of events) {
    const attributes = [...Attribute, ...objects.flatMap((object) => object.Attribute ?? [])];
    for (const { type, value, to_ids, category } of attributes) {
      const part = typeof type === 'string' ? partOf[type] : undefined;
      if (part === undefined || typeof value !== 'string' || to_ids === false) continue;
      const text = value.split('|')[part];
      if (text) yield { text, ...(typeof category === 'string' ? { category } : {}) };
    }
  }
}

function eventsOf(document: unknown): MispEvent[] {
  const { Event, response } = (document ?? {}) as { Event?: MispEvent; response?: unknown };
  if (Event) return [Event];
  const list = Array.isArray(document) ? document : Array.isArray(response) ? response : [];
  return list.map((one: { Event?: MispEvent }) => one?.Event).filter((event) => event !== undefined);
}
