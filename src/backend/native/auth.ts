import { type AuthBackend, jwsAlgorithms } from '../contract/auth.ts';
import { fromNative } from './error.ts';

declare const opened: unique symbol;
/** An external that holds a key. */
type OpenJwsKey = { readonly [opened]: never };

/** The addon's functions of this area. */
export interface AuthAddon {
  tokenDigest(token: string, out: Uint8Array): void;
  tokenMatches(token: string, digest: Uint8Array): boolean;
  jwsOpenVerifyKey(algorithm: number, key: Uint8Array): OpenJwsKey;
  jwsOpenSigningKey(algorithm: number, secret: Uint8Array, publicKey: Uint8Array): OpenJwsKey;
  jwsVerify(key: OpenJwsKey, token: string | Uint8Array, payload: Uint8Array): number;
  jwsSign(key: OpenJwsKey, message: Uint8Array, out: Uint8Array): number;
}

/** Longer tokens cross as bytes: the native side reads text into room on its stack. */
const textChars = 8_000;

export const nativeAuth = (addon: AuthAddon): AuthBackend => ({
  tokenDigest: addon.tokenDigest,
  tokenMatches: addon.tokenMatches,
  openVerifyKey(algorithm, key) {
    const { jwsVerify } = addon;
    const handle = open(() => addon.jwsOpenVerifyKey(jwsAlgorithms[algorithm], key));
    return {
      verify: (token, payload) =>
        // Three bytes a character at most, so that any text of this length has room.
        jwsVerify(handle, token.length * 3 <= textChars ? token : Buffer.from(token, 'utf8'), payload),
    };
  },
  openSigningKey(algorithm, secret, publicKey) {
    const handle = open(() => addon.jwsOpenSigningKey(jwsAlgorithms[algorithm], secret, publicKey));
    return {
      sign(message) {
        const out = new Uint8Array(64);
        const length = addon.jwsSign(handle, message, out);
        return out.subarray(0, length);
      },
    };
  },
});

function open(make: () => OpenJwsKey): OpenJwsKey {
  try {
    return make();
  } catch (error) {
    throw fromNative(error);
  }
}
