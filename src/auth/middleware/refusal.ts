import type { Requirement } from '../authorize.ts';
import type { Authentication } from './authenticator.ts';

export interface MiddlewareOptions extends Requirement {
  /** Let requests without valid credentials through, with no principal. Default `false`. */
  readonly optional?: boolean;
}

/** What a refused client is told: that, not why (RFC 9110 section 15.5.2). */
export interface RefusedAnswer {
  readonly status: 401 | 403;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: 'unauthorized' | 'forbidden' };
}

export function answerTo({ status }: Extract<Authentication, { ok: false }>): RefusedAnswer {
  return status === 401
    ? {
        status,
        headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
        body: { error: 'unauthorized' },
      }
    : { status, headers: { 'cache-control': 'no-store' }, body: { error: 'forbidden' } };
}

/** The header of a Node request; of several with one name the first. */
export const nodeHeader =
  (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
