import { ApiKeys, memoryStorage, Sessions } from '../../auth/index.ts';
import { type Probe, p99, rate } from './probe.ts';

const users = 1024;

/** Checks of what a client presents: a session token, then an API key, among a thousand users. */
export const authProbe: Probe = {
  name: 'authentication',
  async run(budgetMs) {
    const storage = memoryStorage();
    const sessions = new Sessions({ storage: storage.sessions });
    const apiKeys = new ApiKeys({ storage: storage.apiKeys });
    const tokens: string[] = [];
    const keys: string[] = [];
    for (let i = 0; i < users; i++) {
      tokens.push((await sessions.create({ userId: `user-${i}` })).token);
      keys.push((await apiKeys.create({ ownerId: `user-${i}`, name: 'probe' })).key);
    }
    let i = 0;
    const check = () => {
      i = (i + 1) % users;
      return i & 1 ? sessions.check(tokens[i] as string) : apiKeys.check(keys[i] as string);
    };
    for (let each = 0; each < users; each++) {
      const checked = await check();
      if (!checked.ok) throw new Error(`what was just made is refused: ${checked.reason}`);
    }
    const figures = { authRate: await rate(budgetMs / 2, 1, check), authP99: await p99(budgetMs / 2, check) };
    await Promise.all([sessions.settled(), apiKeys.settled()]);
    return figures;
  },
};
