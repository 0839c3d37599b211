import { severities } from '../../detect/index.ts';

/** JSON Schemas of what queries take: Fastify checks by them and the OpenAPI document shows them. */
const listOf = (items: object) => ({ type: 'array', items, maxItems: 100 });
/** The last that a date can be; beyond it a database has no room. */
const maxTimeMs = 8_640_000_000_000_000;
const time = { type: 'integer', minimum: 0, maximum: maxTimeMs, description: 'milliseconds since the epoch' };
const word = { type: 'string', minLength: 1, maxLength: 512 };

const narrowing = {
  level: listOf({ type: 'string', enum: [...severities] }),
  rule: listOf(word),
  host: word,
  user: word,
  sourceIp: word,
  text: { ...word, description: 'part of the title' },
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
    before: {
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: '`next` of the page before',
    },
  },
};

export const alertQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...narrowing,
    status: listOf({ type: 'string', enum: ['open', 'acknowledged', 'resolved'] }),
    suppressed: { type: 'boolean', description: 'silenced or inhibited ones alone, or the others' },
    before: {
      type: 'string',
      pattern: '^-?\\d{1,16}_[\\w-]{1,64}$',
      description: '`next` of the page before',
    },
  },
};

export const actionBody = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: { note: { type: 'string', maxLength: 4096 } },
};

const note = { type: 'string', maxLength: 4096 };

export const bulkActionBody = {
  type: 'object',
  additionalProperties: false,
  required: ['ids'],
  properties: { ids: { ...listOf(word), minItems: 1, maxItems: 500 }, note },
};

export const rangeQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    hours: { type: 'integer', minimum: 1, maximum: 720, default: 24, description: 'back from now' },
  },
};

export const historyQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    seconds: { type: 'integer', minimum: 0, maximum: 900, default: 300, description: 'of history' },
  },
};

const indicator = {
  type: 'string',
  minLength: 1,
  maxLength: 300,
  description: 'an address, a prefix, a domain or a hash',
};

export const indicatorQuery = {
  type: 'object',
  additionalProperties: false,
  required: ['indicator'],
  properties: { indicator },
};

export const allowBody = {
  type: 'object',
  additionalProperties: false,
  required: ['indicator'],
  properties: {
    indicator,
    comment: { type: 'string', maxLength: 512 },
    days: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 3650,
      description: 'until it ends; without: never',
    },
  },
};

export const silenceBody = {
  type: 'object',
  additionalProperties: false,
  required: ['matchers', 'minutes'],
  properties: {
    matchers: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['label', 'value'],
        properties: {
          label: { type: 'string', minLength: 1, maxLength: 200 },
          op: { type: 'string', enum: ['=', '!=', '=~', '!~'], default: '=' },
          value: { type: 'string', maxLength: 1000 },
        },
      },
    },
    minutes: { type: 'number', exclusiveMinimum: 0, maximum: 525600 },
    comment: note,
  },
};

export const signInBody = {
  type: 'object',
  oneOf: [
    {
      additionalProperties: false,
      required: ['user', 'password'],
      properties: {
        user: { type: 'string', minLength: 1, maxLength: 256 },
        password: { type: 'string', minLength: 1, maxLength: 1024 },
      },
    },
    {
      additionalProperties: false,
      required: ['token'],
      properties: { token: { type: 'string', minLength: 1, maxLength: 128 } },
    },
  ],
};
