import { id, parametersOf, problem, read, write } from './openapi-parts.ts';
import {
  actionBody,
  alertQuery,
  allowBody,
  bulkActionBody,
  historyQuery,
  indicatorQuery,
  rangeQuery,
  signInBody,
  silenceBody,
} from './routes/schemas.ts';

const list = (name: string, more: object = {}) => ({
  type: 'object',
  required: [name],
  properties: { [name]: { type: 'array', items: { type: 'object' } }, ...more },
});
const object = (...names: string[]) => ({ type: 'object', required: names });
const file = { name: 'file', in: 'path', required: true, schema: { type: 'string' } };

/** The paths that people and their page ask by. */
export const queryPaths = {
  '/v1/overview': read(
    'The first look: open alerts by level and by rule, the timeline, top sources and hosts',
    'read',
    parametersOf(rangeQuery),
    object('counts', 'groups', 'recent', 'timeline', 'sources', 'hosts'),
  ),
  '/v1/alerts': read(
    'Alerts, last seen first',
    'read',
    parametersOf(alertQuery),
    list('alerts', { next: { type: 'string', description: 'pass as `before` for the next page' } }),
  ),
  '/v1/alerts/{id}': read('One alert', 'read', [id], object('id', 'ruleId', 'status', 'level')),
  '/v1/alerts/{id}/context': read(
    'What helps to judge an alert: its event, what matched, its rule, and what else happened to its entities',
    'read',
    [id],
    object('matched', 'timelines', 'related'),
  ),
  '/v1/alerts/{id}/acknowledge': write('post', 'Mark an alert as seen', {
    body: actionBody,
    parameters: [id],
  }),
  '/v1/alerts/{id}/resolve': write('post', 'End an alert', { body: actionBody, parameters: [id] }),
  '/v1/alerts/acknowledge': write('post', 'Mark several alerts as seen', { body: bulkActionBody }),
  '/v1/alerts/resolve': write('post', 'End several alerts', { body: bulkActionBody }),
  '/v1/rules': read(
    'Rules in use with their hits and measured costs, and those refused',
    'read',
    parametersOf(rangeQuery),
    object('rules', 'correlations', 'refused', 'cost'),
  ),
  '/v1/rules/{id}': read('One rule with its YAML', 'read', [id], object('id', 'title', 'level')),
  '/v1/attack': read(
    'Detections by MITRE ATT&CK technique, and the techniques that rules look for',
    'read',
    parametersOf(rangeQuery),
    object('techniques', 'covered'),
  ),
  '/v1/engine': read(
    'How the engine does, with a history by the second',
    'read',
    parametersOf(historyQuery),
    object('figures', 'history'),
  ),
  '/v1/silences': {
    ...read('Silences that have not ended', 'read', [], list('silences')),
    ...write('post', 'Silence alerts whose labels match', { body: silenceBody, status: 201 }),
  },
  '/v1/silences/{id}': write('delete', 'End a silence', { parameters: [id], status: 204 }),
  '/v1/allow-list': {
    ...read('What is known to be harmless', 'read', [], list('entries')),
    ...write('post', 'Put an address, prefix, domain or hash on the allow-list', {
      body: allowBody,
      status: 201,
    }),
    ...write('delete', 'Take it off', { parameters: parametersOf(indicatorQuery), status: 204 }),
  },
  '/v1/reputation': read(
    'What feeds and detections say of an address, domain or hash',
    'read',
    parametersOf(indicatorQuery),
    object('indicator', 'kind', 'score', 'sources'),
  ),
  '/v1/reputation/summary': read(
    'Feeds, and the worst of what was learned',
    'read',
    [],
    object('feeds', 'learned'),
  ),
  '/v1/session': {
    ...read('Who is signed in', 'read', [], object('user', 'scopes', 'csrfToken', 'expiresMs')),
    ...write('post', 'Sign in, by password or by a link that serves once', {
      body: signInBody,
      scope: undefined,
    }),
    ...write('delete', 'Sign out', { status: 204, scope: 'read' }),
  },
  '/v1/stream': {
    get: {
      summary: 'What happens, as server-sent events: `figures`, `alerts`, `reset`',
      parameters: [
        {
          name: 'Last-Event-ID',
          in: 'header',
          schema: { type: 'string' },
          description: 'of the last event that came: those missed since are sent first',
        },
      ],
      security: [{ apiKey: ['read'] }, { session: [] }],
      responses: {
        200: { description: 'events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        default: problem,
      },
    },
  },
  '/': read('The page for people', undefined),
  '/assets/{file}': read('A file of the page', undefined, [file]),
};
