import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aeadAlgorithms } from '../../src/backend/contract/aead.ts';
import { AeadKey } from '../../src/crypto/aead/key.ts';
import { packMessages } from '../../src/crypto/aead/packed.ts';
import { constantTimeEqual } from '../../src/crypto/compare.ts';
import { Hasher, hash, hashMany } from '../../src/crypto/hash/hash.ts';
import { hkdf } from '../../src/crypto/hash/kdf.ts';
import { MacKey } from '../../src/crypto/hash/mac.ts';
import { Envelope } from '../../src/crypto/keyring/envelope.ts';
import { FieldCipher } from '../../src/crypto/keyring/fields.ts';
import { KeyRing } from '../../src/crypto/keyring/keyring.ts';
import { envKeyProvider } from '../../src/crypto/keyring/provider.ts';
import { SigningKey } from '../../src/crypto/sign/private-key.ts';
import { VerifyingKey } from '../../src/crypto/sign/verifying-key.ts';
import { IpSet, PatternSet } from '../../src/match/index.ts';
import { describeBackends } from '../parity/backends.ts';

const raw = Buffer.alloc(32, 7);
const code = (name: string) => expect.objectContaining({ name: 'WolfsecError', code: `WOLFSEC_${name}` });

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describeBackends('misuse of keys', (backend) => {
  test.for([...aeadAlgorithms])('%s: nothing that was changed is opened', (algorithm) => {
    using key = AeadKey.importInto(backend, algorithm, raw);
    using other = AeadKey.importInto(backend, algorithm, Buffer.alloc(32, 8));
    const sealed = key.seal('a message', 'aad');
    expect(thrown(() => other.open(sealed, 'aad'))).toEqual(code('OPEN_FAILED'));
    expect(thrown(() => key.open(sealed, 'other'))).toEqual(code('OPEN_FAILED'));
    expect(thrown(() => key.open(sealed))).toEqual(code('OPEN_FAILED'));
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const output = Buffer.alloc(9, 0xaa);
        expect(thrown(() => key.openInto(changed, output, 'aad'))).toEqual(code('OPEN_FAILED'));
        expect(output).toEqual(Buffer.alloc(9));
      }),
      { numRuns: 25 },
    );
    for (let length = 0; length < sealed.length; length++) {
      expect(thrown(() => key.open(sealed.subarray(0, length), 'aad'))).toEqual(code('OPEN_FAILED'));
    }
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(thrown(() => key.openInPlace(changed, 'aad'))).toEqual(code('OPEN_FAILED'));
    expect(changed.subarray(key.overheadBytes - 16)).toEqual(Buffer.alloc(9 + 16));
  });

  test('empty messages are messages', () => {
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    expect(key.open(key.seal(''))).toHaveLength(0);
    expect(key.openBatch(key.sealBatch(packMessages(['', 'x', '']))).offsets).toEqual(
      Uint32Array.of(0, 0, 1, 1),
    );
    expect(key.openBatch(key.sealBatch(packMessages([]))).data).toHaveLength(0);
  });

  test('in place and into a buffer make what the one-shot form opens', () => {
    using key = AeadKey.importInto(backend, 'chacha20-poly1305', raw);
    const buffer = Buffer.alloc(key.overheadBytes + 5);
    buffer.write('hello', 12);
    key.sealInPlace(buffer, 'aad');
    expect(key.open(buffer, 'aad').toString()).toBe('hello');
    expect(key.openInPlace(buffer, 'aad').toString()).toBe('hello');
    const output = Buffer.alloc(100, 0xee);
    const length = key.sealInto('hello', output);
    expect(key.open(output.subarray(0, length)).toString()).toBe('hello');
    expect(output[length]).toBe(0xee);
    expect(thrown(() => key.sealInto('hello', Buffer.alloc(length - 1)))).toEqual(code('INVALID_ARGUMENT'));
    expect(thrown(() => key.sealInto(output.subarray(0, 5), output))).toEqual(code('INVALID_ARGUMENT'));
    expect(thrown(() => key.sealInPlace(buffer, buffer.subarray(0, 3)))).toEqual(code('INVALID_ARGUMENT'));
  });

  test('a batch is opened in whole or not at all', () => {
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    const sealed = key.sealBatch(packMessages(['one', 'two', 'three']));
    sealed.data[sealed.offsets[1]! + 14]! ^= 1;
    expect(thrown(() => key.openBatch(sealed))).toMatchObject({
      message: expect.stringContaining('message 1'),
    });
    const offsets = Uint32Array.of(0, 60, 40, sealed.data.length);
    expect(thrown(() => key.openBatch({ data: sealed.data, offsets }))).toEqual(code('INVALID_ARGUMENT'));
  });

  test('the nonce budget ends', () => {
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw, { messagesMax: 3 });
    key.seal('1');
    expect(thrown(() => key.sealBatch(packMessages(['2', '3', '4'])))).toEqual(code('NONCE_EXHAUSTED'));
    expect(key.messagesLeft).toBe(2);
    key.seal('2');
    key.seal('3');
    expect(thrown(() => key.seal('4'))).toEqual(code('NONCE_EXHAUSTED'));
    const tooMany = { messagesMax: 2 ** 32 + 1 };
    expect(thrown(() => AeadKey.importInto(backend, 'aes-256-gcm', raw, tooMany))).toEqual(
      code('INVALID_ARGUMENT'),
    );
  });

  test('counters count, skip forward, and never go back', () => {
    const fixedField = Buffer.from('node');
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw, {
      nonces: { fixedField, next: 5 },
      messagesMax: 6,
    });
    expect(key.seal('a').subarray(0, 12).toString('hex')).toBe(
      `${fixedField.toString('hex')}0000000000000005`,
    );
    expect(key.open(key.sealAt(8, 'b')).toString()).toBe('b');
    expect(key.nextCounter).toBe(9);
    expect(thrown(() => key.sealAt(8, 'c'))).toEqual(code('NONCE_REUSED'));
    expect(thrown(() => key.sealAt(11, 'c'))).toEqual(code('NONCE_EXHAUSTED'));
    using random = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    expect(thrown(() => random.sealAt(1, 'x'))).toEqual(code('NONCE_REUSED'));
    expect(thrown(() => AeadKey.importInto(backend, 'xchacha20-poly1305', raw, { nonces: {} }))).toEqual(
      code('INVALID_ARGUMENT'),
    );
  });

  test('nonces count from 0 only where a counter is asked for', () => {
    for (const nonces of ['Random', 'counter', '', 5, null, true, [], Buffer.from('node')] as never[]) {
      expect(thrown(() => AeadKey.importInto(backend, 'aes-256-gcm', raw, { nonces }))).toEqual(
        code('INVALID_ARGUMENT'),
      );
    }
    for (const options of ['random', null, 5, Buffer.from('node')] as never[]) {
      expect(thrown(() => AeadKey.importInto(backend, 'aes-256-gcm', raw, options))).toEqual(
        code('INVALID_ARGUMENT'),
      );
    }
  });

  test.for([...aeadAlgorithms])('%s: large messages are worked on elsewhere, whole', async (algorithm) => {
    const key = AeadKey.importInto(backend, algorithm, raw, { messagesMax: 2 });
    const text = Buffer.alloc((3 << 20) + 5, 'over three slices and a bit ');
    const sealed = await key.sealAsync(text, 'aad');
    expect(key.messagesLeft).toBe(1);
    expect(sealed).toHaveLength(text.length + key.overheadBytes);
    expect(key.open(sealed, 'aad').equals(text)).toBe(true);
    // The key is held until the work is done.
    const late = [key.sealAsync(text, 'aad'), key.openAsync(sealed, 'aad')] as const;
    await expect(key.sealAsync(text)).rejects.toEqual(code('NONCE_EXHAUSTED'));
    key.dispose();
    const [again, opened] = await Promise.all(late);
    expect(opened.equals(text)).toBe(true);
    using other = AeadKey.importInto(backend, algorithm, raw);
    expect(other.open(again, 'aad').equals(text)).toBe(true);
    await expect(other.openAsync(sealed, 'other')).rejects.toEqual(code('OPEN_FAILED'));
  });

  test.for<[string, (memory: ArrayBuffer) => unknown]>([
    ['shrunk', (memory) => memory.resize(0)],
    ['moved', (memory) => memory.transfer()],
    ['moved and shrunk', (memory) => memory.transfer(0)],
  ])('a buffer that is %s while another thread works does no harm', async ([, take]) => {
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    for (const bytes of [200_000, 8 << 20]) {
      const memory = new ArrayBuffer(bytes, { maxByteLength: bytes });
      const work = key.sealAsync(new Uint8Array(memory).fill(7));
      take(memory);
      const [ended] = await Promise.allSettled([work]);
      if (ended.status === 'rejected') expect(ended.reason).toEqual(code('INVALID_ARGUMENT'));
      else expect(key.open(ended.value).equals(Buffer.alloc(bytes, 7))).toBe(true);

      const sealed = key.seal(Buffer.alloc(bytes, 7));
      const copy = new ArrayBuffer(sealed.length, { maxByteLength: sealed.length });
      const view = new Uint8Array(copy);
      view.set(sealed);
      const opening = key.openAsync(view);
      take(copy);
      const [opened] = await Promise.allSettled([opening]);
      if (opened.status === 'rejected') expect(opened.reason).toEqual(code('INVALID_ARGUMENT'));
      else expect(opened.value.equals(Buffer.alloc(bytes, 7))).toBe(true);
    }
  });

  test('a list of signatures with something else in it is no list of valid ones', () => {
    using signing = SigningKey.importInto(backend, 'ed25519', raw);
    const key = signing.verifyingKey();
    const good = { key, message: 'm', signature: signing.sign('m') };
    expect(VerifyingKey.verifyBatch([])).toEqual([]);
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    for (const messages of [[undefined, good], [null], [good, {}], [, good], [good, ,], {}, 'x', undefined]) {
      expect(thrown(() => VerifyingKey.verifyBatch(messages as never))).toEqual(code('INVALID_ARGUMENT'));
    }
  });

  test.for<[string, () => Uint8Array]>([
    [
      'detached',
      () => {
        const bytes = new Uint8Array(64);
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        return bytes;
      },
    ],
    [
      'shrunk',
      () => {
        const memory = new ArrayBuffer(64, { maxByteLength: 64 });
        const bytes = new Uint8Array(memory, 16, 48);
        memory.resize(20);
        return bytes;
      },
    ],
  ])('memory that is %s is refused, and not taken for empty', ([, make]) => {
    const gone = make();
    expect(gone).toHaveLength(0);
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    using mac = MacKey.importInto(backend, 'hmac-sha256', 'key');
    using signing = SigningKey.importInto(backend, 'ed25519', raw);
    const set = new PatternSet(['a'], backend);
    for (const use of [
      () => key.seal(gone),
      () => key.seal('x', gone),
      () => key.sealInto(gone, Buffer.alloc(64)),
      () => key.sealBatch({ data: gone, offsets: Uint32Array.of(0, 0) }),
      () => packMessages([gone]),
      () => mac.sign(gone),
      () => mac.start().update(gone),
      () => signing.sign(gone),
      () => hkdf('sha256', gone, { length: 32 }),
      () => constantTimeEqual(gone, gone, backend),
      () => set.isMatch(gone),
      () => set.matchBatch([gone]),
      () => set.matchPacked(gone, Uint32Array.of(0)),
      () => set.replace(gone, 'b'),
      () => set.stream().push(gone),
      () => IpSet.parse(gone, { backend }),
      () => IpSet.deserialize(gone, backend),
      () => IpSet.from(['::/0'], backend).lookupPacked(gone),
    ]) {
      expect(thrown(use)).toEqual(code('INVALID_ARGUMENT'));
    }
    expect(key.open(key.seal(new Uint8Array(0), new Uint8Array(0)), '')).toHaveLength(0);
  });

  test('what is no list of messages is refused', () => {
    using mac = MacKey.importInto(backend, 'hmac-sha256', 'key');
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    for (const messages of ['text', 5, null, undefined, {}, raw, [null], ['a', , 'b'], { offsets: [0] }]) {
      const given = messages as never;
      for (const use of [
        () => packMessages(given),
        () => hashMany('sha256', given),
        () => mac.signMany(given),
        () => key.sealBatch(given),
        () => key.openBatch(given),
      ]) {
        expect(thrown(use)).toEqual(code('INVALID_ARGUMENT'));
      }
    }
  });

  test('a key that was disposed of does nothing', async () => {
    const key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    const sealed = key.seal('x');
    key.dispose();
    key.dispose();
    for (const use of [
      () => key.seal('x'),
      () => key.open(sealed),
      () => key.export(),
      () => key.messagesLeft,
    ]) {
      expect(thrown(use)).toEqual(code('DISPOSED'));
    }
    await expect(key.sealAsync(Buffer.alloc(200_000))).rejects.toEqual(code('DISPOSED'));
    const mac = MacKey.importInto(backend, 'hmac-sha256', raw);
    mac.dispose();
    expect(thrown(() => mac.sign('x'))).toEqual(code('DISPOSED'));
    const signing = SigningKey.importInto(backend, 'ed25519', raw);
    signing.dispose();
    expect(thrown(() => signing.sign('x'))).toEqual(code('DISPOSED'));
  });

  test('keys of the wrong kind are refused', () => {
    expect(thrown(() => AeadKey.importInto(backend, 'aes-256-gcm', raw.subarray(1)))).toEqual(
      code('INVALID_KEY'),
    );
    expect(thrown(() => AeadKey.importInto(backend, 'rot13' as never, raw))).toEqual(
      code('INVALID_ARGUMENT'),
    );
    expect(thrown(() => MacKey.importInto(backend, 'hmac-sha256', ''))).toEqual(code('INVALID_KEY'));
    expect(thrown(() => MacKey.importInto(backend, 'blake3', 'short'))).toEqual(code('INVALID_KEY'));
    const zero = Buffer.alloc(32);
    expect(thrown(() => SigningKey.importInto(backend, 'ecdsa-p256', zero))).toEqual(code('INVALID_KEY'));
    expect(thrown(() => SigningKey.importInto(backend, 'ed25519', 'no pem'))).toEqual(code('INVALID_KEY'));
  });

  test('an Ed25519 key has one spelling: y is below 2^255 - 19', () => {
    for (let first = 0xed; first <= 0xff; first++) {
      for (const last of [0x7f, 0xff]) {
        const key = Buffer.alloc(32, 0xff);
        key[0] = first;
        key[31] = last;
        expect(thrown(() => VerifyingKey.importInto(backend, 'ed25519', key))).toEqual(code('INVALID_KEY'));
      }
    }
  });

  test('two gigabytes at once are refused before any work', () => {
    using key = AeadKey.importInto(backend, 'aes-256-gcm', raw);
    // Never touched, so that the system never has to find the memory.
    const huge = new Uint8Array(2 ** 31);
    expect(thrown(() => key.seal(huge))).toEqual(code('LIMIT_EXCEEDED'));
    expect(thrown(() => key.open(huge))).toEqual(code('LIMIT_EXCEEDED'));
    expect(thrown(() => hash('sha256', huge))).toEqual(code('LIMIT_EXCEEDED'));
  });
});

test('unknown words and types are named', () => {
  expect(thrown(() => hash('toString' as never, 'x'))).toEqual(code('INVALID_ARGUMENT'));
  expect(thrown(() => hash('sha256', 5 as never))).toEqual(code('INVALID_ARGUMENT'));
  const hasher = new Hasher('blake3');
  hasher.dispose();
  expect(thrown(() => hasher.update('x'))).toEqual(code('DISPOSED'));
});

test('what is no key, no signature and no envelope is told as such', async () => {
  expect(thrown(() => VerifyingKey.import('ed25519', null as never))).toEqual(code('INVALID_KEY'));
  const key = SigningKey.generate().verifyingKey();
  const batch = (each: object) => () => VerifyingKey.verifyBatch([{ key, message: 'x', ...each } as never]);
  expect(thrown(batch({}))).toEqual(code('INVALID_ARGUMENT'));
  expect(thrown(batch({ key: {}, signature: Buffer.alloc(64) }))).toEqual(code('INVALID_ARGUMENT'));
  const envelope = new Envelope(envKeyProvider('WOLFSEC_TEST_ABSENT'));
  await expect(envelope.open('text' as never)).rejects.toEqual(code('INVALID_ARGUMENT'));
});

test('a field that JSON cannot hold is named, without its value', () => {
  using ring = KeyRing.generate();
  const cipher = new FieldCipher(ring, ['a']);
  const cycle: { a?: unknown } = {};
  cycle.a = cycle;
  for (const record of [{ a: 5n }, { a: () => 1 }, cycle]) {
    expect(thrown(() => cipher.seal(record, '1'))).toEqual(code('INVALID_ARGUMENT'));
  }
  expect(thrown(() => cipher.seal({ a: 1 }, 1 as never))).toEqual(code('INVALID_ARGUMENT'));
});
