import type { Registry } from '../metrics/index.ts';

/** The series of a guard. Paths and addresses are never labels: clients choose them. */
export function guardMetrics(registry: Registry) {
  const requests = registry.counter({
    name: 'wolfsec_http_requests_total',
    help: 'Requests by what the guard did and why; "none" found nothing, and with "pass" a reason was let through.',
    labels: ['action', 'reason'],
  });
  const inspection = registry
    .exponentialHistogram({
      name: 'wolfsec_http_inspection_duration_seconds',
      help: 'Time that the inspection of one request took.',
      unit: 'seconds',
      buckets: Array.from({ length: 18 }, (_, i) => 2 ** (i - 20)),
    })
    .labels();
  return {
    decided: ({ action, reason = 'none' }: { readonly action: string; readonly reason?: string }) =>
      requests.inc({ action, reason }),
    inspected: (seconds: number) => inspection.observe(seconds),
  };
}
