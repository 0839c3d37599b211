// What every runtime and platform must do, in plain JavaScript, so that Node, Bun and Deno run it as it is:
//   node smoke.mjs [DIST] [native|portable]
// DIST is a folder with the built package; left out, the installed package `wolfsec` is meant.
// Exits with 1 where an answer is wrong or the back end is another one than asked for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [dist = '', wanted] = process.argv.slice(2);
if (wanted) process.env.WOLFSEC_BACKEND = wanted;

const part = (name) =>
  import(
    dist ? pathToFileURL(resolve(dist, name, 'index.js')).href : ['wolfsec', name].filter(Boolean).join('/')
  );
const { backend, constantTimeEqual, ThreatDetector } = await part('');
const { AeadKey, hash, hashPassword, verifyPassword, SigningKey } = await part('crypto');
const { IpSet, PatternSet, redact } = await part('match');
const { JwtKey, JwtSigner, JwtVerifier, memoryStorage, Sessions } = await part('auth');
const { Registry } = await part('metrics');

const about = backend();
if (wanted) assert.equal(about.name, wanted, about.reason);

const parts = {
  async detect() {
    const home = dist
      ? resolve(dist, '..')
      : dirname(fileURLToPath(import.meta.resolve('wolfsec/package.json')));
    const rules = join(home, 'rules');
    const ndjson = readFileSync(join(home, 'samples/windows.ndjson'));
    const found = [];
    // A detector each: correlations remember what they have seen.
    for (const way of ['detectBatch', 'processBatch']) {
      const detector = await ThreatDetector.create({ rules });
      const { events, detections } = await detector[way](ndjson);
      assert(events > 50 && detections.length > 10);
      found.push(detections.map(({ title, event }) => ({ title, index: event.index })));
      detector[Symbol.dispose]();
    }
    assert.deepEqual(found[1], found[0]);
    return `${found[0].length} detections`;
  },
  async crypto() {
    assert.equal(
      hash('sha256', 'abc', 'hex'),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    const text = Buffer.alloc(300_000, 'wolfsec ');
    for (const algorithm of ['aes-256-gcm', 'aes-256-gcm-siv', 'chacha20-poly1305', 'xchacha20-poly1305']) {
      const key = AeadKey.import(algorithm, Buffer.alloc(32, 7));
      const sealed = await key.sealAsync(text, 'row 7');
      assert(text.equals(key.open(sealed, 'row 7')));
      sealed[sealed.length - 1] ^= 1;
      assert.throws(() => key.open(sealed, 'row 7'), { code: 'WOLFSEC_OPEN_FAILED' });
      key[Symbol.dispose]();
    }
    for (const algorithm of ['ed25519', 'ecdsa-p256']) {
      const key = SigningKey.generate(algorithm);
      assert(key.verifyingKey().verify(text, key.sign(text)));
    }
    const stored = await hashPassword('correct horse');
    assert(await verifyPassword(stored, 'correct horse'));
    assert(!(await verifyPassword(stored, 'correct house')));
    assert(constantTimeEqual(text, Buffer.from(text)));
    return 'four ciphers, two signatures, argon2id';
  },
  match() {
    const set = new PatternSet(['../', { id: 'sqli', regex: '\\bunion\\s+select\\b', ignoreCase: true }]);
    assert.deepEqual(set.matchedIds('x UNION SELECT ../'), [0, 'sqli']);
    const networks = IpSet.from(['10.0.0.0/8', '2001:db8::/32']);
    assert(networks.has('10.1.2.3') && networks.has('2001:db8::1') && !networks.has('11.0.0.1'));
    assert(!redact('token AKIAIOSFODNN7EXAMPLE').includes('AKIAIOSFODNN7EXAMPLE'));
    return 'patterns, addresses, redaction';
  },
  async auth() {
    const sessions = new Sessions({ storage: memoryStorage().sessions });
    const { token } = await sessions.create({ userId: 'ada', methods: ['pwd'] });
    assert((await sessions.check(token)).ok);
    assert(!(await sessions.check(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).ok);
    const key = JwtKey.generate('EdDSA');
    const jwt = new JwtSigner({ keys: key, issuer: 'me', audience: 'you', lifetimeMs: 60_000 }).sign({
      sub: 'ada',
    });
    const verifier = new JwtVerifier({ keys: key, issuer: 'me', audience: 'you' });
    assert((await verifier.verify(jwt)).ok);
    assert(!(await verifier.verify(`${jwt.slice(0, -4)}AAAA`)).ok);
    return 'sessions, tokens';
  },
  async metrics() {
    const registry = new Registry();
    registry
      .counter({ name: 'smoke_total', help: 'Smoke.', labels: ['of'] })
      .labels('fire')
      .inc(3);
    registry.histogram({ name: 'smoke_seconds', help: 'Smoke.' }).observe(0.2);
    const { body } = await registry.scrape();
    assert(body.toString().includes('smoke_total{of="fire"} 3'));
    return 'a scrape';
  },
};

const runtime = globalThis.Bun
  ? `Bun ${Bun.version}`
  : globalThis.Deno
    ? `Deno ${Deno.version.deno}`
    : `Node ${process.versions.node}`;
console.log(
  `${runtime}, ${process.platform} ${process.arch}: ${about.name} ${about.target ?? `(${about.reason})`}`,
);
for (const [name, run] of Object.entries(parts)) console.log(`  ${name}: ${await run()}`);
