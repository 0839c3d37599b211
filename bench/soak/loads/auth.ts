import { ApiKeys, memoryStorage, Sessions } from '../../../src/auth/index.ts';
import type { Load } from '../load.ts';

/** Sessions that come, are checked and go; API keys that are checked; forged tokens among them. */
export const authLoad: Load = {
  name: 'auth',
  async start() {
    const storage = memoryStorage();
    const sessions = new Sessions({ storage: storage.sessions });
    const apiKeys = new ApiKeys({ storage: storage.apiKeys });
    const { key } = await apiKeys.create({ ownerId: 'alice', name: 'soak' });
    const open: string[] = [];
    for (let i = 0; i < 256; i++) open.push((await sessions.create({ userId: `user-${i}` })).token);
    return {
      async step(i) {
        const at = i & 255;
        await sessions.check(open[at] as string);
        await sessions.check(`${(open[at] as string).slice(0, -3)}AAA`);
        await apiKeys.check(key);
        if (i % 16 !== 0) return;
        await sessions.revoke(open[at] as string);
        open[at] = (await sessions.create({ userId: `user-${at}` })).token;
      },
      stop: () => sessions.settled(),
    };
  },
};
