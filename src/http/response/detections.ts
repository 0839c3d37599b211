import type { Detection, Severity } from '../../detect/detection.ts';
import type { Leak } from './inspector.ts';
import { type LeakKind, leakKinds } from './patterns.ts';

/** Whom a response answers. */
export interface ResponseOrigin {
  readonly method: string;
  readonly path: string;
  readonly requestId: string;
  readonly clientAddress: string;
}

const rules: Readonly<Record<LeakKind, { title: string; level: Severity; cwe: number }>> = {
  secret: { title: 'Response carries a secret or a card number', level: 'critical', cwe: 200 },
  'source-code': { title: 'Response carries source code', level: 'high', cwe: 540 },
  'sql-error': { title: 'Response carries a database error', level: 'high', cwe: 209 },
  'stack-trace': { title: 'Response carries a stack trace', level: 'medium', cwe: 209 },
  'directory-listing': { title: 'Response lists a folder', level: 'medium', cwe: 548 },
};

/** Leaks as detections of the main stream, one a kind. They name what was found and never quote it. */
export function leakDetections(
  leaks: readonly Leak[],
  origin: ResponseOrigin,
  status: number,
  timeMs: number,
): Detection[] {
  return leakKinds.flatMap((kind): Detection[] => {
    const found = leaks.filter((leak) => leak.kind === kind);
    if (found.length === 0) return [];
    const { title, level, cwe } = rules[kind];
    return [
      {
        kind: 'http',
        ruleId: `response-${kind}`,
        title,
        level,
        tags: [`cwe.${cwe}`],
        matched: found.map(({ what }) => ({ field: 'http.response.body', value: what })),
        eventTimeMs: timeMs,
        event: { index: 0, source: 'http', id: origin.requestId },
        entities: {
          'url.path': origin.path,
          'http.request.method': origin.method,
          'http.response.status_code': String(status),
          ...(origin.clientAddress === '' ? {} : { 'source.ip': origin.clientAddress }),
        },
      },
    ];
  });
}
