// As much of AWS's client as docs/crypto.md uses; the package itself is no dependency.
declare module '@aws-sdk/client-kms' {
  interface DataKeyInput {
    readonly KeyId: string;
    readonly KeySpec?: 'AES_256';
    readonly EncryptionContext?: Record<string, string>;
  }
  interface DecryptInput {
    readonly CiphertextBlob: Uint8Array;
    readonly EncryptionContext?: Record<string, string>;
  }
  export class GenerateDataKeyCommand {
    readonly input: DataKeyInput;
    constructor(input: DataKeyInput);
  }
  export class DecryptCommand {
    readonly input: DecryptInput;
    constructor(input: DecryptInput);
  }
  export class KMSClient {
    send(command: GenerateDataKeyCommand): Promise<{ CiphertextBlob?: Uint8Array; Plaintext?: Uint8Array }>;
    send(command: DecryptCommand): Promise<{ Plaintext?: Uint8Array }>;
  }
}
