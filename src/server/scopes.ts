/** What there is to be allowed to keys and people. */
export const scopes = ['ingest', 'read', 'write', 'metrics'] as const;
/** What an API key may do. */
export type Scope = (typeof scopes)[number];
