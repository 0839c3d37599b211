import type { Registry } from '../../metrics/index.ts';
import type { Leak } from './inspector.ts';

/** The series of the inspection of responses. What leaked is no label, only its kind. */
export function responseMetrics(registry: Registry) {
  const responses = registry.counter({
    name: 'wolfsec_http_responses_total',
    help: 'Responses inspected, by what became of them.',
    labels: ['action'],
  });
  const leaks = registry.counter({
    name: 'wolfsec_http_response_leaks_total',
    help: 'Leaks found in responses, by kind and by what wrote them or the kind of secret.',
    labels: ['kind', 'what'],
  });
  return {
    decided: (action: string, found: readonly Leak[]): void => {
      responses.inc({ action });
      for (const { kind, what } of found) leaks.inc({ kind, what });
    },
  };
}
