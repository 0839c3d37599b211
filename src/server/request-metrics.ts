import type { FastifyInstance } from 'fastify';
import type { Registry } from '../metrics/index.ts';

/** Times every request of the app, as `wolfsec_server_request_duration_seconds{method, route, status}`. */
export function timeRequests(app: FastifyInstance, registry: Registry): void {
  const duration = registry.exponentialHistogram({
    name: 'wolfsec_server_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by route and class of status.',
    unit: 'seconds',
    labels: ['method', 'route', 'status'],
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    // The route as it was declared; what the client asked for would make a series of every path that is tried.
    const route = routeOptions.url ?? 'none';
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    duration.observe(
      { method: routeOptions.url === undefined ? 'any' : method, route, status },
      reply.elapsedTime / 1000,
    );
  });
}
