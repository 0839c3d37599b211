import type { StoredAlert } from '../../store/index.ts';
import type { AlertBrief } from '../api.ts';

/** Without what is not given. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

export const missing = (what: string) => ({
  error: { code: 'not_found', message: `there is no such ${what}` },
});

/** An alert as lists show it, without its first detection. */
export function brief(alert: StoredAlert): AlertBrief {
  const { id, ruleId, title, level, status, suppressedBy, count, firstMs, lastMs, risk, entities, tags } =
    alert;
  return {
    id,
    ruleId,
    title,
    level: level as AlertBrief['level'],
    status,
    count,
    firstMs,
    lastMs,
    risk,
    entities,
    tags,
    ...given({ suppressedBy, changedBy: alert.changedBy, note: alert.note }),
  };
}
