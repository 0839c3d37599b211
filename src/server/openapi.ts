import { version } from '../version.ts';
import { index, parametersOf, problem, read } from './openapi-parts.ts';
import { queryPaths } from './openapi-queries.ts';
import { detectionQuery } from './routes/schemas.ts';
import { scopes } from './scopes.ts';

const ingest = (summary: string, types: readonly string[], parameters: object[] = [], status = 200) => ({
  post: {
    summary,
    parameters,
    security: [{ apiKey: ['ingest'] }],
    requestBody: {
      required: true,
      content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])),
    },
    responses: {
      [status]: { description: 'every detection of these events is stored' },
      429: { description: 'no room: come again after Retry-After', headers: retryAfter },
      503: { description: 'not stored yet, or shutting down', headers: retryAfter },
      default: problem,
    },
  },
});

const retryAfter = { 'Retry-After': { schema: { type: 'integer' }, description: 'seconds' } };

const bulk = ingest('Events as an Elasticsearch bulk request', ['application/x-ndjson', 'application/json']);
const indexedBulk = { post: { ...bulk.post, parameters: [index] } };
const hec = ingest('Events as for the Splunk HTTP Event Collector', ['application/json']);
const hecRaw = ingest('Lines as for the Splunk HTTP Event Collector, raw', ['text/plain']);

/** The OpenAPI 3.1 document of the service. */
export const openApi = {
  openapi: '3.1.0',
  info: { title: 'Wolfsec', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
  components: {
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        description: `An API key with the scope of the route: ${scopes.join(', ')}.`,
      },
      session: {
        type: 'apiKey',
        in: 'cookie',
        name: '__Host-wolfsec',
        description:
          'A session that began at /v1/session (`wolfsec` on loopback without TLS); writes carry its X-Csrf-Token.',
      },
    },
    responses: {
      Problem: {
        description: 'what was wrong, and what to do',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['error'],
              properties: {
                error: {
                  type: 'object',
                  required: ['code', 'message'],
                  properties: { code: { type: 'string' }, message: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    },
  },
  paths: {
    '/v1/events': ingest(
      'Events as NDJSON',
      ['application/x-ndjson'],
      [
        {
          name: 'Idempotency-Key',
          in: 'header',
          schema: { type: 'string', maxLength: 128 },
          description: 'names the batch, so that it can be sent again and counts once',
        },
      ],
    ),
    '/_bulk': bulk,
    '/{index}/_bulk': indexedBulk,
    '/elastic/_bulk': bulk,
    '/elastic/{index}/_bulk': indexedBulk,
    '/services/collector': hec,
    '/services/collector/event': hec,
    '/services/collector/event/1.0': hec,
    '/services/collector/raw': hecRaw,
    '/services/collector/raw/1.0': hecRaw,
    '/loki/api/v1/push': ingest('Lines as a push of Grafana Loki', ['application/json'], [], 204),
    '/v1/logs': ingest('Log records of OpenTelemetry (OTLP/HTTP)', ['application/json']),
    '/v1/detections': read('Detections, newest first', 'read', parametersOf(detectionQuery)),
    ...queryPaths,
    '/metrics': read('Metrics as Prometheus or OpenMetrics text', 'metrics'),
    '/healthz': read('Whether the process runs', undefined),
    '/readyz': read('Whether it takes events and its store answers', undefined),
    '/openapi.json': read('This document', undefined),
    '/services/collector/health': read('Health as Splunk clients ask for it', undefined),
    '/loki/ready': read('Readiness as Loki clients ask for it', undefined),
    '/elastic/': read('Version as Elasticsearch clients ask for it', undefined),
    '/elastic/_license': read('License as Elasticsearch clients ask for it', undefined),
  },
};
