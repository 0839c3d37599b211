import { gcm, gcmsiv } from '@noble/ciphers/aes.js';
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';

/** The ciphers by name, for this thread and for those beside it. */
export const ciphers = {
  'aes-256-gcm': gcm,
  'aes-256-gcm-siv': gcmsiv,
  'chacha20-poly1305': chacha20poly1305,
  'xchacha20-poly1305': xchacha20poly1305,
} as const;
