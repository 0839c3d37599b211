// The short messages of crypto.bench.ts against node:crypto, in plain JavaScript over the built package, so that any
// Node can run it: npm run build && /path/to/node bench/crypto-node.mjs
// The floor is what a call of this shape costs at least: the work itself (a message of a batch), a call of hand-written
// C++ that reads two views and does nothing, and the result's Buffer. It wants that C++: npm run bench boundary -- --quick
import { createCipheriv, createDecipheriv, createHash, createHmac, randomFillSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { AeadKey, hash, hashMany, MacKey, packMessages } from '../dist/crypto/index.js';
import { resultBuffer } from '../dist/crypto/result.js';
import { backend } from '../dist/index.js';

const raw = Buffer.alloc(32, 7);
const key = AeadKey.import('aes-256-gcm', raw);
const mac = MacKey.import('hmac-sha256', raw);
const built = fileURLToPath(new URL('floor/dist/floor.node', import.meta.url));
const call = existsSync(built) ? createRequire(import.meta.url)(built).equal : undefined;
const label = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${bytes >> 10} KiB` : '1 MiB');

function nodeSeal(plaintext) {
  const nonce = randomFillSync(Buffer.allocUnsafe(12));
  const cipher = createCipheriv('aes-256-gcm', raw, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function nodeOpen(sealed) {
  const decipher = createDecipheriv('aes-256-gcm', raw, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

/** Nanoseconds a call of each case, in the fastest tenth of short rounds in which all have their turn. */
function times(cases, rounds = 60, turnMs = 2) {
  const per = cases.map((run) => {
    for (let i = 0; i < 50; i++) run();
    let calls = 1;
    for (;;) {
      const startMs = performance.now();
      for (let i = 0; i < calls; i++) run();
      const ms = performance.now() - startMs;
      if (ms > turnMs / 2) return Math.max(1, Math.round((calls * turnMs) / ms));
      calls *= 2;
    }
  });
  const taken = cases.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of cases.entries()) {
      const startMs = performance.now();
      for (let n = 0; n < per[i]; n++) run();
      taken[i].push(((performance.now() - startMs) * 1e6) / per[i]);
    }
  }
  return taken.map((one) => one.sort((a, b) => a - b)[Math.floor(one.length / 10)]);
}

const [load] = loadavg();
console.log(`Node ${process.version}, back end ${backend().name}, load average ${load.toFixed(2)}`);
const row = (name, ours, theirs, floor) =>
  console.log(
    `| ${name} | ${ours.toFixed(0)} | ${theirs.toFixed(0)} | ${(theirs / ours).toFixed(1)} |${
      floor === undefined ? '  |  |' : ` ${floor.toFixed(0)} | ${(theirs / floor).toFixed(1)} |`
    }`,
  );
console.log('|  | Wolfsec ns | node:crypto ns | times | floor ns | times |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const bytes of [64, 256, 1024, 16_384, 1 << 20]) {
  const plaintext = Buffer.alloc(bytes, 'wolf');
  const sealed = key.seal(plaintext);
  if (!nodeOpen(sealed).equals(plaintext) || !key.open(nodeSeal(plaintext)).equals(plaintext)) {
    throw new Error('the two do not open what the other sealed');
  }
  const many = packMessages(Array.from({ length: Math.max(1, 65_536 / bytes) }, () => plaintext));
  const manySealed = key.sealBatch(many);
  const messages = many.offsets.length - 1;
  for (const [what, ours, theirs, batch, input, length] of [
    [
      'AES-256-GCM seal',
      () => key.seal(plaintext),
      () => nodeSeal(plaintext),
      () => key.sealBatch(many),
      plaintext,
      sealed.length,
    ],
    [
      'AES-256-GCM open',
      () => key.open(sealed),
      () => nodeOpen(sealed),
      () => key.openBatch(manySealed),
      sealed,
      bytes,
    ],
    [
      'HMAC-SHA256',
      () => mac.sign(plaintext),
      () => createHmac('sha256', raw).update(plaintext).digest(),
      () => mac.signMany(many),
      plaintext,
      32,
    ],
    [
      'SHA-256',
      () => hash('sha256', plaintext),
      () => createHash('sha256').update(plaintext).digest(),
      () => hashMany('sha256', many),
      plaintext,
      32,
    ],
  ]) {
    const empty = () => {
      const output = resultBuffer(length);
      call(input, output);
      return output;
    };
    const floored = call !== undefined && bytes <= 1024;
    const [a, b, ...floor] = times(floored ? [ours, theirs, batch, empty] : [ours, theirs]);
    row(`${what} ${label(bytes)}`, a, b, floored ? floor[0] / messages + floor[1] : undefined);
  }
}
