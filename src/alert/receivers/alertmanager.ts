import { type GuardOptions, OutboundGuard } from '../../net/guard.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import { post } from '../http/post.ts';

/** Where Prometheus Alertmanager is, and how to sign in. */
export interface AlertmanagerOptions extends GuardOptions {
  /** Address of Alertmanager, e.g. `http://alertmanager:9093`; `/api/v2/alerts` is added. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long Alertmanager holds an alert open that is not sent again. Default 5 hours. */
  readonly holdMs?: number;
}

/** Posts alerts to Prometheus Alertmanager (API v2, `postAlerts`), which then groups and routes them itself. */
export function alertmanager({
  url,
  headers,
  holdMs = 5 * 3_600_000,
  ...guardOptions
}: AlertmanagerOptions): Receiver {
  const guard = new OutboundGuard(guardOptions);
  const target = guard.check(new URL('api/v2/alerts', url.endsWith('/') ? url : `${url}/`));
  return {
    async deliver(notification, { signal }) {
      const { alerts, atMs } = redacted(notification);
      const body = alerts.map((alert) => {
        const endsMs = alert.status === 'resolved' ? alert.updatedMs : atMs + holdMs;
        return {
          labels: labelNames({
            alertname: alert.title,
            rule: alert.ruleId,
            severity: alert.level,
            ...alert.entities,
          }),
          annotations: {
            summary: alert.title,
            count: String(alert.count),
            risk: String(Math.round(alert.risk)),
          },
          // By the clock of the event's machine, which may be ahead of ours: what ends before it starts is refused for
          // good, and all that was sent with it.
          startsAt: new Date(Math.min(alert.firstMs, endsMs)).toISOString(),
          endsAt: new Date(endsMs).toISOString(),
        };
      });
      await post('alertmanager', target, JSON.stringify(body), { guard, signal, headers: headers ?? {} });
    },
  };
}

/** Prometheus label names hold no dots. */
function labelNames(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_'), value]),
  );
}
