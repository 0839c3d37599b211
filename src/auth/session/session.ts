import type { AuthContext } from '../event.ts';
import type { StoredSession } from '../storage/port.ts';

/**
 * How someone has proved who they are (RFC 8176 names): `pwd` password, `otp` one-time password,
 * `hwk` passkey, `rc` recovery code (ours).
 */
export type AuthMethod = 'pwd' | 'otp' | 'hwk' | 'rc' | (string & {});

/** A live session. Shared between checks: nothing in it is the caller's to change. */
export interface Session {
  /** Public id, stable over rotations. */
  readonly id: string;
  readonly userId: string;
  readonly createdMs: number;
  readonly lastSeenMs: number;
  readonly idleExpiresMs: number;
  readonly expiresMs: number;
  /** When the person last proved who they are. */
  readonly authTimeMs: number;
  readonly methods: readonly AuthMethod[];
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Where it was made, for device lists and binding. */
  readonly device: AuthContext;
  /** The caller's own, JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The part of a session that has no column of its own. */
type Packed = Pick<Session, 'authTimeMs' | 'methods' | 'roles' | 'scopes' | 'device' | 'data'>;

export function toStored(session: Session, tokenHash: string): StoredSession {
  const { authTimeMs, methods, roles, scopes, device, data, ...columns } = session;
  return { ...columns, tokenHash, data: { authTimeMs, methods, roles, scopes, device, data } };
}

export function fromStored({ data, tokenHash: _, ...columns }: StoredSession): Session {
  const packed = data as Partial<Packed>;
  return {
    ...columns,
    authTimeMs: packed.authTimeMs ?? columns.createdMs,
    methods: packed.methods ?? [],
    roles: packed.roles ?? [],
    scopes: packed.scopes ?? [],
    device: packed.device ?? {},
    data: packed.data ?? {},
  };
}
