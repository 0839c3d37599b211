// What it costs to check a credential that a request carries.
import { createHash, generateKeyPairSync, hash, timingSafeEqual } from 'node:crypto';
import { ApiKeys, JwtKey, JwtSigner, JwtVerifier, memoryStorage, Sessions } from '../src/auth/index.ts';
import { backend } from '../src/backend/select.ts';
import { backends, peer, suite } from './harness/index.ts';

const { native, portable } = backends();
// What is made of several calls uses the back end that WOLFSEC_BACKEND chose.
const ours = backend().name;
const jose = await peer('jose');
const fastJwt = await peer('fast-jwt');

export default suite('auth', async (s) => {
  const storage = memoryStorage();
  const token = 'a'.repeat(65);
  const digest = new Uint8Array(hash('sha256', token, 'buffer'));
  s.group(
    'digest of a token compared',
    { expect: true },
    {
      native: native && (() => native.auth.tokenMatches(token, digest)),
      portable: () => portable.auth.tokenMatches(token, digest),
      'node:crypto hash': () => timingSafeEqual(hash('sha256', token, 'buffer'), digest),
      'node:crypto createHash': () => timingSafeEqual(createHash('sha256').update(token).digest(), digest),
    },
  );

  const users = 1_024;
  const sessions = new Sessions({ storage: storage.sessions, revalidateMs: 86_400_000 });
  const issued = await Promise.all(
    Array.from({ length: users }, (_, i) => sessions.create({ userId: `user-${i}` })),
  );
  const tokens = issued.map((one) => one.token);
  s.group(
    `session check, ${users} sessions`,
    { check: (result: { ok: boolean }) => result.ok, expect: true },
    { [ours]: (i: number) => sessions.check(tokens[i & (users - 1)]!) },
  );

  const apiKeys = new ApiKeys({ storage: storage.apiKeys, revalidateMs: 86_400_000 });
  const made = await Promise.all(
    Array.from({ length: users }, (_, i) => apiKeys.create({ ownerId: 'alice', name: `key ${i}` })),
  );
  const keys = made.map((one) => one.key);
  for (const key of keys) await apiKeys.check(key);
  s.group(
    `API key check, ${users} keys`,
    { check: (result: { ok: boolean }) => result.ok, expect: true },
    { [ours]: (i: number) => apiKeys.check(keys[i & (users - 1)]!) },
  );

  const issuer = 'https://id.example.com';
  const audience = 'https://api.example.com';
  for (const algorithm of ['HS256', 'ES256', 'EdDSA'] as const) {
    const secret = Buffer.alloc(32, 7);
    const pair = algorithm === 'HS256' ? undefined : keyPair(algorithm);
    const key = pair ? JwtKey.pem(pair.privatePem, 'k1') : JwtKey.secret(secret, 'k1');
    const signer = new JwtSigner({ keys: key, issuer, audience, lifetimeMs: 86_400_000 });
    const jwts = Array.from({ length: 64 }, (_, i) =>
      signer.sign({ sub: `user-${i}`, scope: 'read write', email: `user-${i}@example.com` }),
    );
    const verifier = new JwtVerifier({ keys: key, issuer, audience });
    const joseKey =
      jose && (pair ? await jose.importSPKI(pair.publicPem, algorithm) : new Uint8Array(secret));
    const fastVerify = fastJwt?.createVerifier({
      key: pair ? pair.publicPem : secret,
      algorithms: [algorithm],
      allowedIss: issuer,
      allowedAud: audience,
    });
    s.group(
      `JWT ${algorithm} verify`,
      { check: subjectOf, expect: 'user-0' },
      {
        [ours]: (i: number) => verifier.verify(jwts[i & 63]!),
        jose:
          jose &&
          ((i) => jose.jwtVerify(jwts[i & 63]!, joseKey, { issuer, audience, algorithms: [algorithm] })),
        'fast-jwt': fastVerify && ((i) => fastVerify(jwts[i & 63]!)),
      },
    );
  }
});

function keyPair(algorithm: 'ES256' | 'EdDSA') {
  const { privateKey, publicKey } =
    algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privatePem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })),
  };
}

/** The claims lie in another place in each library's answer. */
function subjectOf(result: { sub?: string; claims?: { sub: string }; payload?: { sub: string } }) {
  return result.sub ?? result.claims?.sub ?? result.payload?.sub;
}
