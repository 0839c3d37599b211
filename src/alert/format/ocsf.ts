import type { StoredAlert } from '../../store/index.ts';
import { version } from '../../version.ts';
import { attackOf } from './attack.ts';

const severityIds: Record<string, number> = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };
const severityNames = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical'];
const statusIds = { open: 1, acknowledged: 2, resolved: 4 } as const;
const statusNames = { open: 'New', acknowledged: 'In Progress', resolved: 'Resolved' } as const;

/** Observable types of OCSF 1.5: hostname 1, IP address 2, user name 4. */
const observableTypes: Record<string, readonly [number, string]> = {
  host: [1, 'Hostname'],
  'host.name': [1, 'Hostname'],
  'source.ip': [2, 'IP Address'],
  'client.ip': [2, 'IP Address'],
  'destination.ip': [2, 'IP Address'],
  user: [4, 'User Name'],
  'user.name': [4, 'User Name'],
};

/** An alert as an OCSF Detection Finding (class 2004, https://schema.ocsf.io/1.5.0/classes/detection_finding). */
export function toOcsf(alert: StoredAlert): Record<string, unknown> {
  const activity = alert.status === 'resolved' ? 3 : alert.count > 1 ? 2 : 1;
  const severity = severityIds[alert.level] ?? 0;
  const { techniques, tactics } = attackOf(alert.tags);
  return {
    activity_id: activity,
    activity_name: ['', 'Create', 'Update', 'Close'][activity],
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200_400 + activity,
    time: alert.lastMs,
    start_time: alert.firstMs,
    end_time: alert.lastMs,
    count: alert.count,
    severity_id: severity,
    severity: severityNames[severity],
    status_id: statusIds[alert.status],
    status: statusNames[alert.status],
    message: alert.title,
    risk_score: Math.round(alert.risk),
    is_alert: true,
    metadata: {
      version: '1.5.0',
      uid: alert.id,
      product: { name: 'Wolfsec', vendor_name: 'Wolfsec', version },
    },
    finding_info: {
      uid: alert.id,
      title: alert.title,
      created_time: alert.firstMs,
      first_seen_time: alert.firstMs,
      last_seen_time: alert.lastMs,
      modified_time: alert.updatedMs,
      analytic: { uid: alert.ruleId, name: alert.title, type: 'Rule', type_id: 1 },
      ...(techniques.length + tactics.length === 0
        ? {}
        : {
            attacks: (techniques.length > 0 ? techniques : [undefined]).map((uid) => ({
              ...(uid === undefined ? {} : { technique: { uid: uid.split('.')[0] } }),
              ...(uid?.includes('.') ? { sub_technique: { uid } } : {}),
              ...(tactics.length === 0 ? {} : { tactics: tactics.map((name) => ({ name })) }),
            })),
          }),
    },
    observables: Object.entries(alert.entities).map(([name, value]) => {
      const [type_id, type] = observableTypes[name] ?? [99, 'Other'];
      return { name, value, type_id, type };
    }),
    ...(alert.note === undefined ? {} : { comment: alert.note }),
    unmapped: { tags: alert.tags, kind: alert.kind, fingerprint: alert.fingerprint },
  };
}
