export {
  type AeadAlgorithm,
  aeadAlgorithms,
  aeadOverheadBytes,
  type CounterNonces,
  type NonceOptions,
  randomNonceMessagesMax,
} from './aead/algorithms.ts';
export { AeadKey } from './aead/key.ts';
export { type PackedMessages, packMessages, unpackMessages } from './aead/packed.ts';
export { constantTimeEqual } from './compare.ts';
export { type HashAlgorithm, Hasher, hash, hashAlgorithms, hashInto, hashMany } from './hash/hash.ts';
export { deriveKey, hkdf, type PrfAlgorithm, pbkdf2, type ScryptCost, scrypt } from './hash/kdf.ts';
export { hmac, type MacAlgorithm, MacKey, type MacMessage, macAlgorithms } from './hash/mac.ts';
export type { Input } from './input.ts';
export { Envelope, type EnvelopeOptions } from './keyring/envelope.ts';
export { FieldCipher } from './keyring/fields.ts';
export { type ExportedKeyRing, KeyRing } from './keyring/keyring.ts';
export { type KmsClient, kmsKeyProvider } from './keyring/kms.ts';
export {
  type DataKey,
  envKeyProvider,
  fileKeyProvider,
  type KeyProvider,
  readKeyFile,
} from './keyring/provider.ts';
export {
  type Argon2Cost,
  argon2Default,
  hashPassword,
  needsRehash,
  type PasswordCallOptions,
  PasswordHasher,
  type PasswordHasherOptions,
  type PasswordQueueOptions,
  verifyPassword,
} from './password/password.ts';
export type { PasswordQueue } from './password/queue.ts';
export { randomBytes } from './random/bytes.ts';
export { passphrase, randomText, randomToken } from './random/text.ts';
export { uuidv7 } from './random/uuid.ts';
export { ecdsaFromDer, ecdsaToDer } from './sign/der.ts';
export type { JsonWebKey } from './sign/formats.ts';
export {
  AgreementKey,
  type KeyPairAlgorithm,
  type PrivateKeyInput,
  type SignAlgorithm,
  SigningKey,
} from './sign/private-key.ts';
export { type PublicKeyInput, type SignedMessage, VerifyingKey } from './sign/verifying-key.ts';
export { OpenStream, SealStream, type StreamOptions } from './stream/stream.ts';
export {
  refuseWebhook,
  signWebhook,
  verifyWebhook,
  type Webhook,
  type WebhookOptions,
  type WebhookRefusal,
  type WebhookScheme,
} from './webhook.ts';
