import { WolfsecError } from '../../errors.ts';
import type { DataKey, KeyProvider } from './provider.ts';

/**
 * The part of a key management service that envelopes need, in the shape of AWS KMS: its client's
 * `GenerateDataKeyCommand` and `DecryptCommand` fit behind it in two lines, see docs/crypto.md.
 */
export interface KmsClient {
  /** Makes a data key of 32 bytes, in the clear and wrapped under the master key. */
  generateDataKey(input: {
    readonly KeyId: string;
    readonly KeySpec: 'AES_256';
    readonly EncryptionContext?: Readonly<Record<string, string>>;
  }): Promise<{ readonly Plaintext?: Uint8Array; readonly CiphertextBlob?: Uint8Array }>;
  /** Unwraps a data key; the context has to be the one that it was made with. */
  decrypt(input: {
    readonly KeyId: string;
    readonly CiphertextBlob: Uint8Array;
    readonly EncryptionContext?: Readonly<Record<string, string>>;
  }): Promise<{ readonly Plaintext?: Uint8Array }>;
}

/** Data keys from a key management service, which keeps the master key to itself. */
export function kmsKeyProvider(
  client: KmsClient,
  keyId: string,
  context: Readonly<Record<string, string>> = {},
): KeyProvider {
  const named = { KeyId: keyId, EncryptionContext: context } as const;
  return {
    async generateDataKey(): Promise<DataKey> {
      const made = await client.generateDataKey({ ...named, KeySpec: 'AES_256' });
      if (made.Plaintext?.length !== 32 || !made.CiphertextBlob) throw incomplete('GenerateDataKey');
      return { plaintext: made.Plaintext, wrapped: made.CiphertextBlob };
    },
    async unwrap(wrapped) {
      const { Plaintext } = await client.decrypt({ ...named, CiphertextBlob: wrapped });
      if (Plaintext?.length !== 32) throw incomplete('Decrypt');
      return Plaintext;
    },
  };
}

function incomplete(operation: string): WolfsecError {
  return new WolfsecError('WOLFSEC_INVALID_KEY', `${operation} did not answer with a key of 32 bytes`);
}
