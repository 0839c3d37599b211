import type { StoredAlert } from '../../store/index.ts';
import { attackOf } from './attack.ts';

/** Severity numbers as Elastic's detection engine gives them. */
const severities: Record<string, number> = { informational: 0, low: 21, medium: 47, high: 73, critical: 99 };

/** An alert as an Elastic Common Schema document (https://www.elastic.co/guide/en/ecs/8.17). */
export function toEcs(alert: StoredAlert): Record<string, unknown> {
  const { techniques, tactics } = attackOf(alert.tags);
  const document: Record<string, unknown> = {
    '@timestamp': new Date(alert.lastMs).toISOString(),
    ecs: { version: '8.17.0' },
    message: alert.title,
    tags: alert.tags,
    event: {
      kind: 'alert',
      category: ['intrusion_detection'],
      type: ['info'],
      module: 'wolfsec',
      id: alert.id,
      severity: severities[alert.level] ?? 0,
      risk_score: alert.risk,
      start: new Date(alert.firstMs).toISOString(),
      end: new Date(alert.lastMs).toISOString(),
    },
    rule: { id: alert.ruleId, name: alert.title, category: alert.kind },
    wolfsec: { status: alert.status, count: alert.count, fingerprint: alert.fingerprint, level: alert.level },
  };
  if (techniques.length + tactics.length > 0) {
    document.threat = {
      framework: 'MITRE ATT&CK',
      ...(tactics.length === 0 ? {} : { tactic: { name: tactics } }),
      ...(techniques.length === 0 ? {} : { technique: { id: techniques } }),
    };
  }
  for (const [name, value] of Object.entries(alert.entities)) place(document, ecsName(name), value);
  return document;
}

/** Bare `host` and `user` are objects in ECS; their text is the name. */
const ecsName = (name: string) => (name === 'host' || name === 'user' ? `${name}.name` : name);

const unsafe = new Set(['__proto__', 'constructor', 'prototype']);

function place(document: Record<string, unknown>, path: string, value: string): void {
  const parts = path.split('.');
  if (parts.some((part) => unsafe.has(part))) return;
  const last = parts.pop() as string;
  let at = document;
  for (const part of parts) {
    const inner = at[part];
    // A name that is a text already cannot hold others: the value is left out rather than the text lost.
    if (inner !== undefined && (typeof inner !== 'object' || inner === null)) return;
    at[part] = inner ?? {};
    at = at[part] as Record<string, unknown>;
  }
  at[last] ??= value;
}
