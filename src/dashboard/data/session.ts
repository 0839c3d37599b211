import { computed, signal } from '@preact/signals';
import type { SessionInfo } from '../../server/api.ts';

/** Who is signed in: `undefined` until the server was asked, `null` for nobody. */
export const session = signal<SessionInfo | null | undefined>(undefined);

/** Whether the account may acknowledge, silence and allow; the server holds it to that too. */
export const mayWrite = computed(() => session.value?.scopes.includes('write') ?? false);
