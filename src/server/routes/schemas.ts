import { severities } from '../../detect/index.ts';

/** JSON Schemas of what queries take: Fastify checks by them and the OpenAPI document shows them. */
const listOf = (items: object) => ({ type: 'array', items, maxItems: 100 });
const time = { type: 'integer', minimum: 0, description: 'milliseconds since the epoch' };
const word = { type: 'string', minLength: 1, maxLength: 512 };

const narrowing = {
  level: listOf({ type: 'string', enum: [...severities] }),
  rule: listOf(word),
  host: word,
  user: word,
  sourceIp: word,
  from: time,
  to: time,
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
};

export const detectionQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...narrowing,
    kind: listOf(word),
    tag: word,
    text: word,
    before: { type: 'integer', minimum: 0, description: '`next` of the page before' },
  },
};

export const alertQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...narrowing,
    status: listOf({ type: 'string', enum: ['open', 'acknowledged', 'resolved'] }),
    before: { type: 'string', pattern: '^\\d{1,16}_[\\w-]{1,64}$', description: '`next` of the page before' },
  },
};

export const actionBody = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: { note: { type: 'string', maxLength: 4096 } },
};
