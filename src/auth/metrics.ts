import type { Registry } from '../metrics/index.ts';
import type { AuthEvent, AuthListener } from './event.ts';

/**
 * Counts outcomes as `wolfsec_auth_events_total{action, outcome}`, then hands each event on. No user and no
 * address becomes a label.
 */
export function countAuthEvents(registry: Registry, next?: AuthListener): AuthListener {
  const events = registry.counter({
    name: 'wolfsec_auth_events_total',
    help: 'Outcomes of authentication.',
    labels: ['action', 'outcome'],
  });
  return (event: AuthEvent) => {
    const { action, outcome } = event.event;
    events.inc({ action, outcome });
    next?.(event);
  };
}
