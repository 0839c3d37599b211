import { IpSet, PatternSet, Redactor } from '../../../src/match/index.ts';
import type { Load } from '../load.ts';

const lines = Array.from(
  { length: 64 },
  (_, i) =>
    `192.0.2.${i} - - "GET /items?id=${i}${i % 8 === 0 ? '+union+select+1' : ''} HTTP/1.1" 200 ${i * 37}`,
);

/** Searches, address look-ups and redaction; a pattern set is compiled and dropped now and then. */
export const matchLoad: Load = {
  name: 'match',
  async start() {
    const compile = () => new PatternSet(['union+select', '../', '<script', { regex: 'id=[0-9]{2}\\b' }]);
    let patterns = compile();
    const addresses = IpSet.from([['192.0.2.0/24', 'test']]);
    const redactor = new Redactor({});
    return {
      step(i) {
        if (i % 512 === 0) patterns = compile();
        const line = lines[i & 63] as string;
        addresses.lookup(`192.0.2.${i & 255}`);
        redactor.redact(line);
        return patterns.matches(line).length;
      },
    };
  },
};
