import type { Detection } from '../detect/detection.ts';
import type { HttpVerdict } from './inspector.ts';

/** What a detection of a request tells of its origin. */
export interface RequestOrigin {
  readonly requestId?: string;
  readonly clientAddress?: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent?: string;
  readonly timeMs: number;
}

/** A verdict's findings as detections of the main stream: one a signature, its fields as matched fields. */
export function detectionsOf(verdict: HttpVerdict, origin: RequestOrigin): Detection[] {
  const bySignature = new Map<string, HttpVerdict['findings'][number][]>();
  for (const finding of verdict.findings) {
    const known = bySignature.get(finding.signature.id);
    if (known) known.push(finding);
    else bySignature.set(finding.signature.id, [finding]);
  }
  const entities: Record<string, string> = { 'url.path': origin.path, 'http.request.method': origin.method };
  if (origin.clientAddress !== undefined) entities['source.ip'] = origin.clientAddress;
  if (origin.userAgent !== undefined) entities['user_agent.original'] = origin.userAgent;
  return [...bySignature.values()].map((findings) => {
    const { signature } = findings[0] as (typeof findings)[number];
    return {
      kind: 'http',
      ruleId: signature.id,
      title: signature.title,
      level: signature.severity,
      tags: signature.tags,
      matched: findings.map(({ location, name, excerpt }) => ({
        field: `${location}.${name}`,
        value: excerpt,
      })),
      eventTimeMs: origin.timeMs,
      event: {
        index: 0,
        source: 'http',
        ...(origin.requestId === undefined ? {} : { id: origin.requestId }),
      },
      entities,
    };
  });
}
