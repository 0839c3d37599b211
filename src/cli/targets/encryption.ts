import { AeadKey, aeadOverheadBytes } from '../../crypto/index.ts';
import { type Probe, rate } from './probe.ts';

const messageBytes = 65_536;

/** The default cipher, into a caller's buffer. Both directions must reach the target, so the slower counts. */
export const encryptionProbe: Probe = {
  name: 'encryption',
  async run(budgetMs) {
    const key = AeadKey.generate();
    try {
      const plaintext = new Uint8Array(messageBytes).fill(7);
      const sealed = new Uint8Array(messageBytes + aeadOverheadBytes('xchacha20-poly1305'));
      const opened = new Uint8Array(messageBytes);
      const sealsPerSecond = await rate(budgetMs / 2, 1, () => key.sealInto(plaintext, sealed));
      const opensPerSecond = await rate(budgetMs / 2, 1, () => key.openInto(sealed, opened));
      return { encryptionRate: (Math.min(sealsPerSecond, opensPerSecond) * messageBytes) / 1e6 };
    } finally {
      key.dispose();
    }
  },
};
