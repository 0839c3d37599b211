import type { Notification } from '../notification.ts';
import { render, type Template } from './template.ts';

/** What a person reads first. */
export function titleOf(notification: Notification, template?: Template): string {
  if (template !== undefined) return render(template, notification);
  const { level, alerts, alertCount } = notification;
  const ended = { resolved: 'RESOLVED', partly: 'PARTLY RESOLVED', no: level.toUpperCase() }[
    endOf(notification)
  ];
  const first = alerts[0]?.title ?? 'alerts';
  const more = alertCount > 1 ? ` and ${alertCount - 1} more` : '';
  return `[${ended}] ${first}${more}`;
}

/** Whether all that is told of has ended, and the whole group with it. What is open comes before what is resolved. */
export function endOf({ status, alerts }: Notification): 'no' | 'partly' | 'resolved' {
  if (status === 'resolved') return 'resolved';
  return alerts[0]?.status === 'resolved' ? 'partly' : 'no';
}

/** A line for each alert: title, entities, counts and times. */
export function bodyOf(notification: Notification, template?: Template): string {
  if (template !== undefined) return render(template, notification);
  const { alerts, alertCount } = notification;
  const lines = alerts.map(({ title, level, entities, count, lastMs, ruleId }) => {
    const who = Object.entries(entities).map(([name, value]) => `${name}=${value}`);
    return `${level}: ${title} (${[`rule=${ruleId}`, ...who].join(', ')}), ${count} times, last ${new Date(lastMs).toISOString()}`;
  });
  if (alertCount > alerts.length) lines.push(`… and ${alertCount - alerts.length} more`);
  return lines.join('\n');
}
