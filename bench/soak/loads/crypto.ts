import { AeadKey, constantTimeEqual, hash, hmac, PasswordHasher } from '../../../src/crypto/index.ts';
import type { Load } from '../load.ts';

/** Keys that come and go, messages sealed and opened, digests, and a password now and then. */
export const cryptoLoad: Load = {
  name: 'crypto',
  async start() {
    const plaintext = new Uint8Array(2048).fill(7);
    const secret = new Uint8Array(32).fill(9);
    const passwords = new PasswordHasher();
    let key = AeadKey.generate();
    return {
      step(i) {
        if (i % 64 === 0) {
          key.dispose();
          key = AeadKey.generate('aes-256-gcm');
        }
        const opened = key.open(key.seal(plaintext, 'header'), 'header');
        if (!constantTimeEqual(hash('sha256', opened), hash('sha256', plaintext)))
          throw new Error('not what was sealed');
        hmac('sha256', secret, opened);
        return i % 4096 === 4095 ? passwords.hash('correct horse battery staple') : undefined;
      },
      stop: () => key.dispose(),
    };
  },
};
