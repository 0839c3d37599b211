import type { TextFormat } from './frame.ts';

/** The media type of each text format. */
export const contentTypes: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * The text format that an `Accept` header prefers (RFC 9110, section 12.5.1). Prometheus text
 * where the header is absent, accepts both alike through a wildcard, or accepts neither.
 */
export function negotiate(accept: string | undefined): TextFormat {
  if (!accept) return 'prometheus';
  let open = 0;
  let plain = 0;
  for (const range of accept.split(',').slice(0, 64)) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (!(weight > 0)) continue;
    const version = parameters.find((parameter) => parameter.startsWith('version='))?.slice(8);
    if (type === 'application/openmetrics-text') {
      if (version === undefined || version === '1.0.0' || version === '0.0.1') open = Math.max(open, weight);
    } else if (type === 'text/plain' || type === 'text/*' || type === '*/*') plain = Math.max(plain, weight);
  }
  return open > 0 && open >= plain ? 'openmetrics' : 'prometheus';
}
