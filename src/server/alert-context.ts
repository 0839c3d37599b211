import type { Detection } from '../detect/index.ts';
import { maxEventChars } from '../pipeline/index.ts';
import type { AlertFilter, RollupDimension, StoredAlert } from '../store/index.ts';
import type { AlertContext, RuleDetail, Timeline } from './api.ts';
import type { ServerContext } from './context.ts';
import { brief, given } from './routes/answers.ts';
import { timelineOf } from './timeline.ts';

const hourMs = 3_600_000;
const maxRelated = 20;

/** What has columns and counts of its own, by the names under which detections tell it. */
const entities: readonly {
  readonly names: readonly string[];
  readonly dimension: RollupDimension;
  readonly filter: (value: string) => AlertFilter;
}[] = [
  { names: ['host.name', 'host'], dimension: 'host', filter: (host) => ({ host }) },
  { names: ['user.name', 'user'], dimension: 'user', filter: (user) => ({ user }) },
  { names: ['source.ip', 'client.ip'], dimension: 'source.ip', filter: (sourceIp) => ({ sourceIp }) },
];

/** Everything that helps to judge an alert: its event, its rule, and what else happened to whom it is about. */
export async function contextOfAlert(alert: StoredAlert, context: ServerContext): Promise<AlertContext> {
  const { store } = context;
  const sample = alert.sample as Partial<Detection> | null;
  const known = entities.flatMap((entity) => {
    const name = entity.names.find((one) => alert.entities[one] !== undefined);
    return name === undefined ? [] : [{ ...entity, name, value: alert.entities[name] as string }];
  });
  const [event, rule, timelines, related] = await Promise.all([
    store.events.get(alert.id),
    ruleDetail(alert.ruleId, context),
    Promise.all(
      known.map(async ({ name, value, dimension }) => ({
        entity: name,
        value,
        timeline: await around(alert, context, { dimension, value }),
      })),
    ),
    Promise.all(known.map(({ filter, value }) => store.alerts.list(filter(value), { limit: maxRelated }))),
  ]);
  const others = new Map(related.flat().map((one) => [one.id, one]));
  others.delete(alert.id);
  return {
    matched: sample?.matched ?? [],
    ...given({
      event: event && {
        body: event.body,
        cut: event.body.length >= maxEventChars,
        ...given({ source: event.source, line: event.line }),
      },
      rule,
      correlation: sample?.correlation && {
        group: sample.correlation.group,
        count: sample.correlation.count,
      },
    }),
    timelines,
    related: [...others.values()]
      .sort((a, b) => b.lastMs - a.lastMs)
      .slice(0, maxRelated)
      .map(brief),
  };
}

/** A rule as it is now, or as it was last read where it is no longer in use. */
export async function ruleDetail(
  id: string,
  { pipeline, store }: Pick<ServerContext, 'pipeline' | 'store'>,
): Promise<RuleDetail | undefined> {
  const { rules, correlations } = pipeline.detector;
  const current = rules.find((rule) => rule.id === id) ?? correlations.find((rule) => rule.id === id);
  const stored = await store.rules.get(id);
  if (!current && !stored) return undefined;
  const { title, level, status, tags } = current ?? (stored as NonNullable<typeof stored>);
  return {
    id,
    title,
    level: level as RuleDetail['level'],
    status,
    tags,
    references: current?.references ?? [],
    falsePositives: current?.falsePositives ?? [],
    ...given({ description: current?.description, author: current?.author, source: stored?.source }),
  };
}

/** From an hour before the alert began, but a day before it was last seen at most, to an hour after it. */
function around(
  { firstMs, lastMs }: StoredAlert,
  { store }: ServerContext,
  of: { readonly dimension: RollupDimension; readonly value: string },
): Promise<Timeline> {
  const fromMs = Math.max(firstMs - hourMs, lastMs - 24 * hourMs);
  return timelineOf(store, fromMs, lastMs + hourMs, of);
}
