import { LRUCache } from 'lru-cache';

/** Where a login comes from, as the caller's own source of geography tells. */
export interface LoginLocation {
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
}

interface Sighting extends LoginLocation {
  readonly atMs: number;
}

const earthKm = 6_371;
/** Faster than an airliner. */
const maxKmPerHour = 1_000;
/** What sources of geography get wrong. */
const toleranceKm = 300;

/** Remembers where each account was seen last. */
export class TravelWatch {
  readonly #last: LRUCache<string, Sighting>;

  constructor(maxAccounts: number) {
    this.#last = new LRUCache({ max: maxAccounts });
  }

  /** Kilometres from the last place, where nobody can have travelled them since; else `undefined`. */
  seen(account: string, location: LoginLocation, atMs: number): number | undefined {
    if (!isPlace(location)) return undefined;
    const last = this.#last.get(account);
    this.#last.set(account, { ...location, atMs });
    if (!last) return undefined;
    const km = distanceKm(last, location);
    const hours = Math.max(0, atMs - last.atMs) / 3_600_000;
    return km - toleranceKm > hours * maxKmPerHour ? km : undefined;
  }
}

const isPlace = ({ latitude, longitude }: LoginLocation) =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;

/** Great-circle distance by the haversine formula. */
export function distanceKm(a: LoginLocation, b: LoginLocation): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const lat = radians(b.latitude - a.latitude);
  const lon = radians(b.longitude - a.longitude);
  const h =
    Math.sin(lat / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(lon / 2) ** 2;
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(h)));
}
