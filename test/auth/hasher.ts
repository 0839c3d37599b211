import { PasswordHasher } from '../../src/crypto/index.ts';

/** Argon2id at next to no cost: tests are about what surrounds it. */
export const quickHasher = () => new PasswordHasher({ cost: { memoryKib: 8, iterations: 1, lanes: 1 } });
