import { invalidArgument } from '../errors.ts';
import { openTelemetryProducer } from './open-telemetry.ts';
import type { Registry } from './registry.ts';

/** Settings of {@link exportOtlp}. */
export interface OtlpExportOptions {
  /**
   * Where to post, with its path. Default: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, else
   * `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/metrics`, else `http://localhost:4318/v1/metrics`.
   */
  readonly url?: string;
  /** Sent with every request, e.g. an authorisation. Never logged. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Time between exports. Default: 60 s. */
  readonly intervalMs?: number;
  /** How long one export may take. Default: 10 s; at most `intervalMs`. */
  readonly timeoutMs?: number;
  /** Attributes of the resource. Default: `{ 'service.name': 'wolfsec' }`. */
  readonly resource?: Readonly<Record<string, string>>;
}

/** A running export. */
export interface OtlpExport extends AsyncDisposable {
  /** Exports now; resolves when the collector has answered or the export has failed. */
  flush(): Promise<void>;
  /** Exports a last time and ends. */
  close(): Promise<void>;
}

/**
 * Sends the metrics of `registry` to an OpenTelemetry collector by OTLP over HTTP, with the OpenTelemetry SDK,
 * whose packages are optional peers. An export that fails is counted in `wolfsec_metrics_exports_total`
 * (`outcome`), never thrown.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where the packages are not installed, and for a span that is
 *   not above 0.
 */
export async function exportOtlp(registry: Registry, options: OtlpExportOptions = {}): Promise<OtlpExport> {
  const { intervalMs = 60_000, timeoutMs = Math.min(10_000, intervalMs) } = options;
  if (!(intervalMs > 0)) throw invalidArgument('intervalMs', 'above 0');
  if (!(timeoutMs > 0 && timeoutMs <= intervalMs)) {
    throw invalidArgument('timeoutMs', 'above 0 and at most intervalMs');
  }
  const { sdk, http, resources } = await peers();
  const outcomes = registry.counter({
    name: 'wolfsec_metrics_exports_total',
    help: 'Exports by OTLP.',
    labels: ['outcome'],
  });
  const exporter = new http.OTLPMetricExporter({
    timeoutMillis: timeoutMs,
    ...(options.url === undefined ? {} : { url: options.url }),
    ...(options.headers === undefined ? {} : { headers: { ...options.headers } }),
  });
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      outcomes.inc({ outcome: result.code === 0 ? 'success' : 'failure' });
      done(result);
    });
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: timeoutMs,
    metricProducers: [openTelemetryProducer(registry)],
  });
  const provider = new sdk.MeterProvider({
    resource: resources.resourceFromAttributes({ 'service.name': 'wolfsec', ...options.resource }),
    readers: [reader],
  });
  const close = () => provider.shutdown().catch(() => {});
  return { flush: () => reader.forceFlush().catch(() => {}), close, [Symbol.asyncDispose]: close };
}

async function peers() {
  try {
    const [sdk, http, resources] = await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-metrics-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    return { sdk, http, resources };
  } catch (error) {
    const names =
      '@opentelemetry/sdk-metrics @opentelemetry/exporter-metrics-otlp-http @opentelemetry/resources';
    throw invalidArgument(
      'exportOtlp',
      `used with its packages installed (npm install ${names}): ${(error as Error).message}`,
    );
  }
}
