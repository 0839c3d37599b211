import type { Scope } from './scopes.ts';

interface Query {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

export const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
export const index = { ...id, name: 'index' };
export const problem = { $ref: '#/components/responses/Problem' };

export const parametersOf = ({ properties, required = [] }: Query) =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
    ...(required.includes(name) ? { required: true } : {}),
    ...('description' in schema ? { description: schema.description } : {}),
  }));

const securityOf = (scope: Scope | undefined) =>
  scope === undefined ? [] : [{ apiKey: [scope] }, ...(scope === 'ingest' ? [] : [{ session: [] }])];

/** What an answer holds, as JSON. */
const content = (schema: object) => ({ content: { 'application/json': { schema } } });

/** Something that is asked for. */
export const read = (
  summary: string,
  scope: Scope | undefined,
  parameters: object[] = [],
  answer?: object,
) => ({
  get: {
    summary,
    parameters,
    security: securityOf(scope),
    responses: { 200: { description: 'as asked', ...(answer ? content(answer) : {}) }, default: problem },
  },
});

/** Something that is done. */
export const write = (
  method: 'post' | 'delete',
  summary: string,
  {
    body,
    parameters = [],
    status = 200,
    scope = 'write',
  }: { body?: object; parameters?: object[]; status?: number; scope?: Scope | undefined },
) => ({
  [method]: {
    summary,
    parameters,
    security: securityOf(scope),
    ...(body ? { requestBody: { content: { 'application/json': { schema: body } } } } : {}),
    responses: { [status]: { description: 'done' }, default: problem },
  },
});
