/**
 * The log-linear scale that the recorder and both serialisers share: octaves of equal steps, so that
 * a bucket is read off the bits of the double, and is at most 1/64 wide for its lower edge.
 */
export const scale = {
  /** Steps an octave, as a power of two. */
  subBits: 6,
  /** The lowest octave starts at 2^minExponent; its first bucket takes all below, and reads as 0. */
  minExponent: -32,
  octaves: 80,
} as const;

export const subBuckets = 1 << scale.subBits;
export const bucketCount = scale.octaves * subBuckets;

/** The middle of a bucket: at most 1/128 off any value in it. The first bucket reads as 0. */
export function bucketMiddle(bucket: number): number {
  if (bucket <= 0) return 0;
  const step = bucket & (subBuckets - 1);
  return 2 ** ((bucket >>> scale.subBits) + scale.minExponent) * (1 + (step + 0.5) / subBuckets);
}

/** The upper edge of a bucket, which belongs to it. */
export function bucketEdge(bucket: number): number {
  const step = bucket & (subBuckets - 1);
  return 2 ** ((bucket >>> scale.subBits) + scale.minExponent) * (1 + (step + 1) / subBuckets);
}
