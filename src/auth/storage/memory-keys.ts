import { WolfsecError } from '../../errors.ts';
import type { ApiKeyStorage, StoredApiKey } from './port.ts';

export function memoryApiKeys(): ApiKeyStorage {
  const byId = new Map<string, StoredApiKey>();
  const idsByHash = new Map<string, string>();
  return {
    async add(key) {
      if (byId.has(key.id) || idsByHash.has(key.keyHash)) {
        throw new WolfsecError('WOLFSEC_STORE_CONFLICT', 'an API key with this id or hash exists');
      }
      byId.set(key.id, key);
      idsByHash.set(key.keyHash, key.id);
    },
    getByHash: async (keyHash) => byId.get(idsByHash.get(keyHash) ?? ''),
    async listOfOwner(ownerId) {
      const keys = [...byId.values()].filter((key) => key.ownerId === ownerId);
      return keys.sort((a, b) => b.createdMs - a.createdMs);
    },
    async touch(uses) {
      for (const { id, lastUsedMs } of uses) {
        const key = byId.get(id);
        if (key && (key.lastUsedMs ?? 0) < lastUsedMs) byId.set(id, { ...key, lastUsedMs });
      }
    },
    async revoke(id, revokedMs) {
      const key = byId.get(id);
      if (!key || key.revokedMs !== undefined) return false;
      byId.set(id, { ...key, revokedMs });
      return true;
    },
  };
}
