import { randomUUID } from 'node:crypto';
import { type NewThreat, openStore, type StoredAlert } from '../../src/store/index.ts';

const batch = 5_000;
const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
const ruleCount = 400;
const monthMs = 30 * 86_400_000;
/** Detections are as many as this share of the alerts: charts count them by minute. */
const detectionShare = 0.2;

/** Fills a store's folder with alerts of the last thirty days, a tenth of them open, and with detections of a day. */
export async function fill(folder: string, amount: number): Promise<void> {
  const store = await openStore({ dataFolder: folder, sweepEveryMs: false });
  const nowMs = Date.now();
  try {
    for (let at = 0; at < amount; at += batch) {
      await store.alerts.put(several(Math.min(batch, amount - at), (n) => alertOf(at + n, amount, nowMs)));
    }
    const detections = Math.round(amount * detectionShare);
    for (let at = 0; at < detections; at += batch) {
      const size = Math.min(batch, detections - at);
      const batchOf = several(size, (n) => threatOf(at + n, detections, nowMs));
      await store.threats.insert(batchOf, nowMs);
    }
    await store.rollups.rollUp();
  } finally {
    await store.close();
  }
}

const several = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));

/** What an alert and a detection have in common. Spread by multiplying with odd numbers, the same in every run. */
function about(n: number) {
  const rule = (n * 7919) % ruleCount;
  const severity = rule % levels.length;
  return {
    kind: 'rule',
    ruleId: `rule-${rule}`,
    title: `Rule number ${rule} of those that look for something`,
    level: levels[severity] as string,
    severity,
    tags: [`attack.t${1_000 + (rule % 200)}`],
    entities: {
      'host.name': `host-${(n * 31) % 5_000}`,
      'user.name': `user-${(n * 17) % 2_000}`,
      'source.ip': `198.${18 + (n % 2)}.${(n * 13) % 256}.${(n * 29) % 256}`,
    },
  };
}

function alertOf(n: number, amount: number, nowMs: number): StoredAlert {
  const { severity, ...shared } = about(n);
  const lastMs = Math.round(nowMs - ((amount - n) / amount) * monthMs);
  const id = randomUUID();
  return {
    ...shared,
    severity,
    id,
    fingerprint: id,
    groupKey: shared.ruleId,
    status: n % 10 === 0 ? 'open' : n % 10 < 4 ? 'acknowledged' : 'resolved',
    count: 1 + (n % 50),
    firstMs: lastMs - 60_000,
    lastMs,
    risk: n % 100,
    sample: { matched: [{ field: 'CommandLine', value: `command ${n}` }] },
    updatedMs: lastMs,
    version: 1,
  };
}

function threatOf(n: number, amount: number, nowMs: number): NewThreat {
  const { severity: _, ...shared } = about(n);
  return {
    ...shared,
    id: randomUUID(),
    matched: [{ field: 'CommandLine', value: `command ${n}` }],
    timeMs: Math.round(nowMs - ((amount - n) / amount) * 86_400_000),
  };
}
