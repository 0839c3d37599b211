import type { Limit, LimitDecision } from './limit.ts';

/** What is kept of a key: two numbers, whose meaning is the algorithm's. */
export interface LimitState {
  a: number;
  b: number;
  c: number;
}

/**
 * One step of an algorithm; changes `state` only when the request is allowed.
 *
 * `gcra`: a = how far the theoretical arrival time (ITU-T I.371) lay ahead, b = of when; a time since the epoch would leave
 * no digits for parts of a millisecond to add up in. `token-bucket`: a = tokens, b = when counted.
 * `sliding-window`: a = start of the current span, b = its count, c = the count of the span before,
 * weighted by how much of it the window still covers.
 */
export function step(
  state: LimitState,
  fresh: boolean,
  cost: number,
  limit: Limit,
  nowMs: number,
): LimitDecision {
  switch (limit.algorithm) {
    case 'gcra':
      return gcra(state, fresh, cost, limit, nowMs);
    case 'token-bucket':
      return bucket(state, fresh, cost, limit, nowMs);
    case 'sliding-window':
      return sliding(state, fresh, cost, limit, nowMs);
  }
}

function gcra(state: LimitState, fresh: boolean, cost: number, limit: Limit, nowMs: number): LimitDecision {
  const interval = limit.spanMs / limit.requests;
  const tolerance = interval * limit.burst;
  // Each sum is rounded: a thousandth of a request is nobody's.
  const slack = interval / 1000;
  const ahead = fresh ? 0 : Math.max(0, state.a - Math.max(0, nowMs - state.b));
  const next = ahead + interval * cost;
  const early = next - tolerance;
  const allowed = early <= slack;
  if (allowed) {
    state.a = next;
    state.b = nowMs;
  }
  const kept = allowed ? next : ahead;
  return {
    allowed,
    limit: limit.burst,
    remaining: Math.max(0, Math.floor((tolerance - kept + slack) / interval)),
    retryAfterMs: allowed ? 0 : Math.ceil(early),
    resetAfterMs: Math.ceil(kept),
  };
}

function bucket(state: LimitState, fresh: boolean, cost: number, limit: Limit, nowMs: number): LimitDecision {
  const perMs = limit.requests / limit.spanMs;
  const held = fresh ? limit.burst : Math.min(limit.burst, state.a + Math.max(0, nowMs - state.b) * perMs);
  const allowed = held - cost >= -1e-9;
  const left = allowed ? Math.max(0, held - cost) : held;
  state.a = left;
  state.b = nowMs;
  return {
    allowed,
    limit: limit.burst,
    remaining: Math.floor(left + 1e-9),
    retryAfterMs: allowed ? 0 : Math.ceil((cost - held) / perMs),
    resetAfterMs: Math.ceil((limit.burst - left) / perMs),
  };
}

function sliding(
  state: LimitState,
  fresh: boolean,
  cost: number,
  limit: Limit,
  nowMs: number,
): LimitDecision {
  const start = Math.floor(nowMs / limit.spanMs) * limit.spanMs;
  if (fresh || start - state.a > limit.spanMs) {
    state.b = 0;
    state.c = 0;
  } else if (start > state.a) {
    state.c = state.b;
    state.b = 0;
  }
  state.a = start;
  const share = 1 - (nowMs - start) / limit.spanMs;
  const used = state.c * share + state.b;
  const allowed = used + cost <= limit.requests + 1e-9;
  if (allowed) state.b += cost;
  const left = limit.requests - (allowed ? used + cost : used);
  return {
    allowed,
    limit: limit.requests,
    remaining: Math.max(0, Math.floor(left + 1e-9)),
    retryAfterMs: allowed ? 0 : slidingWait(state, cost, limit, nowMs - start),
    resetAfterMs: Math.ceil(start + limit.spanMs * 2 - nowMs),
  };
}

/** How long until enough of the span before has left the window; if that is not enough, of this span too. */
function slidingWait(state: LimitState, cost: number, limit: Limit, into: number): number {
  const toNext = limit.spanMs - into;
  const excess = state.b + cost - limit.requests;
  if (state.c > 0 && excess <= 0) {
    return Math.ceil(toNext + (excess / state.c) * limit.spanMs);
  }
  return Math.ceil(toNext + (state.b > 0 ? Math.max(0, (excess / state.b) * limit.spanMs) : 0));
}
