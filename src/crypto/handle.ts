import { WolfsecError } from '../errors.ts';

/** Releases what a back end holds for an object that was collected without being disposed of. */
const collected = new FinalizationRegistry<() => void>((release) => release());

/** Sees to it that `release` runs when `owner` is collected. It must not hold `owner`. */
export function releaseWhenCollected(owner: object, release: () => void): void {
  collected.register(owner, release, owner);
}

/** The owner released it itself. */
export function releasedAlready(owner: object): void {
  collected.unregister(owner);
}

export function disposed(what: string): WolfsecError {
  return new WolfsecError('WOLFSEC_DISPOSED', `the ${what} was disposed of and can no longer be used`);
}
