import { type GuardOptions, OutboundGuard } from '../../net/guard.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import { bodyOf, endOf, titleOf } from '../format/text.ts';
import { post } from '../http/post.ts';

/** The integration of PagerDuty that events go to. */
export interface PagerDutyOptions extends GuardOptions {
  /** Integration key of an Events API v2 integration. */
  readonly routingKey: string;
  /** Default `https://events.pagerduty.com/v2/enqueue`; others take events of the same shape. */
  readonly url?: string;
  /** What the event is about. Default: the first host, else `wolfsec`. */
  readonly source?: string;
}

const severities: Record<string, string> = { critical: 'critical', high: 'error', medium: 'warning' };

/** Events of PagerDuty's Events API v2; the group's id is the `dedup_key`, so that a group is one incident. */
export function pagerDuty({ routingKey, url, source, ...guardOptions }: PagerDutyOptions): Receiver {
  const guard = new OutboundGuard(guardOptions);
  const target = guard.check(url ?? 'https://events.pagerduty.com/v2/enqueue');
  return {
    async deliver(notification, { signal }) {
      // The incident stays open with the group; a trigger would open one anew that somebody has closed.
      if (endOf(notification) === 'partly') return;
      const clean = redacted(notification);
      const [first] = clean.alerts;
      const event = {
        routing_key: routingKey,
        event_action: clean.status === 'resolved' ? 'resolve' : 'trigger',
        dedup_key: clean.groupId,
        payload: {
          summary: titleOf(clean).slice(0, 1_024),
          source: source ?? first?.entities['host.name'] ?? first?.entities.host ?? 'wolfsec',
          severity: severities[clean.level] ?? 'info',
          timestamp: new Date(clean.atMs).toISOString(),
          component: 'wolfsec',
          group: JSON.stringify(clean.labels),
          class: first?.ruleId,
          custom_details: { text: bodyOf(clean), alerts: clean.alertCount, detections: clean.detectionCount },
        },
      };
      await post('pagerduty', target, JSON.stringify(event), { guard, signal });
    },
  };
}
