import type { RollupDimension, Store } from '../store/index.ts';
import type { Timeline } from './api.ts';

const minuteMs = 60_000;
/** Steps on offer, in minutes: what a clock is divided by. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440];
/** Bars that a chart of usual width shows apart. */
const maxSteps = 120;

/** Detections by level in steps that give a chart at most 120 bars, from the counts by minute. */
export async function timelineOf(
  store: Store,
  fromMs: number,
  toMs: number,
  of: { readonly dimension?: RollupDimension; readonly value?: string } = {},
): Promise<Timeline> {
  const minutes = Math.max(1, (toMs - fromMs) / minuteMs);
  const stepMs = (steps.find((step) => minutes / step <= maxSteps) ?? 1_440) * minuteMs;
  const range = { fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs, stepMs };
  const points = await store.rollups.timeline({ ...range, ...of });
  return { ...range, points: points as Timeline['points'] };
}
