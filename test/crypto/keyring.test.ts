import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  AeadKey,
  aeadOverheadBytes,
  Envelope,
  envKeyProvider,
  FieldCipher,
  fileKeyProvider,
  KeyRing,
  type KmsClient,
  kmsKeyProvider,
  randomBytes,
} from '../../src/crypto/index.ts';

test('an old key opens, the new one seals, and a removed one is missed by name', () => {
  using ring = KeyRing.generate();
  const old = ring.primaryId;
  const sealed = ring.seal('secret', 'row 1');
  ring.rotate();
  expect(ring.needsReseal(sealed)).toBe(true);
  expect(ring.open(sealed, 'row 1').toString()).toBe('secret');
  const resealed = ring.reseal(sealed, 'row 1');
  expect(ring.needsReseal(resealed)).toBe(false);
  using copy = KeyRing.import(JSON.parse(JSON.stringify(ring.export())));
  expect(copy.open(sealed, 'row 1').toString()).toBe('secret');
  ring.remove(old);
  expect(() => ring.open(sealed, 'row 1')).toThrow(expect.objectContaining({ code: 'WOLFSEC_UNKNOWN_KEY' }));
  expect(ring.open(resealed, 'row 1').toString()).toBe('secret');
  expect(() => ring.remove(ring.primaryId)).toThrow(
    expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
  );
  expect(() => ring.open(Buffer.of(9, 9))).toThrow(expect.objectContaining({ code: 'WOLFSEC_OPEN_FAILED' }));
});

test('a ring that cannot be imported leaves no key behind, and one disposed of gets none', () => {
  const ring = KeyRing.generate();
  const exported = ring.export();
  const [entry] = exported.keys;
  const disposed = vi.spyOn(AeadKey.prototype, 'dispose');
  try {
    for (const keys of [
      [entry, null],
      [entry, {}],
      [entry, { id: 0, key: entry!.key }],
      [entry, entry],
    ]) {
      expect(() => KeyRing.import({ ...exported, keys: keys as never })).toThrow(
        expect.objectContaining({ name: 'WolfsecError', code: 'WOLFSEC_INVALID_ARGUMENT' }),
      );
    }
    for (const key of ['short', 5, null, undefined]) {
      const keys = [entry!, { id: 1, key: key as string }];
      expect(() => KeyRing.import({ ...exported, keys })).toThrow(
        expect.objectContaining({ code: 'WOLFSEC_INVALID_KEY' }),
      );
    }
    for (const primary of [1, 'x', Symbol('x'), undefined] as never[]) {
      expect(() => KeyRing.import({ ...exported, primary })).toThrow(
        expect.objectContaining({ code: 'WOLFSEC_UNKNOWN_KEY' }),
      );
    }
    expect(disposed).toHaveBeenCalledTimes(12);
  } finally {
    disposed.mockRestore();
  }
  ring.dispose();
  expect(() => ring.rotate()).toThrow(expect.objectContaining({ code: 'WOLFSEC_DISPOSED' }));
  expect(() => ring.seal('x')).toThrow(expect.objectContaining({ code: 'WOLFSEC_DISPOSED' }));
});

test('the key id in the header is authenticated', () => {
  using ring = KeyRing.generate();
  const sealed = ring.seal('secret');
  const exported = ring.export();
  const twin = (exported.keys[0]!.id % 1000) + 1;
  using both = KeyRing.import({ ...exported, keys: [...exported.keys, { ...exported.keys[0]!, id: twin }] });
  sealed.writeUInt32BE(twin, 1);
  expect(() => both.open(sealed)).toThrow(expect.objectContaining({ code: 'WOLFSEC_OPEN_FAILED' }));
});

/** A service that has the shape of AWS KMS, and keeps its master key to itself. */
function fakeKms(): KmsClient & { calls: number } {
  const master = AeadKey.generate();
  const aad = (context: unknown) => JSON.stringify(context);
  return {
    calls: 0,
    async generateDataKey({ EncryptionContext }) {
      this.calls++;
      const Plaintext = randomBytes(32);
      return { Plaintext, CiphertextBlob: master.seal(Plaintext, aad(EncryptionContext)) };
    },
    async decrypt({ CiphertextBlob, EncryptionContext }) {
      return { Plaintext: master.open(CiphertextBlob, aad(EncryptionContext)) };
    },
  };
}

test('an envelope is made for a known cipher alone', () => {
  const provider = kmsKeyProvider(fakeKms(), 'alias/data');
  const invalid = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  expect(() => new Envelope(provider, { algorithm: 'aes-128-gcm' as never })).toThrow(invalid);
  expect(() => new Envelope(provider, { messagesPerKey: 0 })).toThrow(invalid);
  expect(() => aeadOverheadBytes('toString' as never)).toThrow(invalid);
  expect(aeadOverheadBytes('xchacha20-poly1305')).toBe(40);
});

test('an envelope disposes of each data key after its last message', async () => {
  const envelope = new Envelope(kmsKeyProvider(fakeKms(), 'alias/data'), { messagesPerKey: 2 });
  const disposed = vi.spyOn(AeadKey.prototype, 'dispose');
  try {
    await envelope.seal('one');
    expect(disposed).toHaveBeenCalledTimes(0);
    await envelope.seal('two');
    expect(disposed).toHaveBeenCalledTimes(1);
    // Two keys are in use at once here, the second of them for one message more.
    const sealed = await Promise.all(['three', 'four', 'five'].map((text) => envelope.seal(text)));
    expect(disposed).toHaveBeenCalledTimes(2);
    sealed.push(await envelope.seal('six'));
    expect(disposed).toHaveBeenCalledTimes(3);
    const opened = await Promise.all(sealed.map((each) => envelope.open(each)));
    expect(opened.map(String)).toEqual(['three', 'four', 'five', 'six']);
  } finally {
    disposed.mockRestore();
  }
});

test('an envelope asks the provider for nothing where an input is none', async () => {
  const kms = fakeKms();
  const envelope = new Envelope(kmsKeyProvider(kms, 'alias/data'));
  const invalid = { code: 'WOLFSEC_INVALID_ARGUMENT' };
  for (const wrong of [null, 5, {}] as never[]) {
    await expect(envelope.seal(wrong)).rejects.toMatchObject(invalid);
    await expect(envelope.seal('x', wrong)).rejects.toMatchObject(invalid);
    await expect(envelope.open(wrong)).rejects.toMatchObject(invalid);
  }
  expect(kms.calls).toBe(0);
  expect((await envelope.open(await envelope.seal('x', 'aad'), 'aad')).toString()).toBe('x');
});

test('a provider that fails is asked again for the next message', async () => {
  const kms = fakeKms();
  const provider = kmsKeyProvider(kms, 'alias/data');
  let failing = true;
  const envelope = new Envelope(
    {
      unwrap: provider.unwrap,
      generateDataKey: () => (failing ? Promise.reject(new Error('down')) : provider.generateDataKey()),
    },
    { messagesPerKey: 4 },
  );
  const refused = await Promise.allSettled(['one', 'two'].map((text) => envelope.seal(text)));
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  failing = false;
  await Promise.all(['one', 'two', 'three', 'four'].map((text) => envelope.seal(text)));
  expect(kms.calls).toBe(1);
});

test('envelopes by file, environment and a key management service', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfsec-'));
  const file = join(folder, 'master.key');
  writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  process.env.WOLFSEC_TEST_MASTER = randomBytes(32).toString('base64');
  const kms = fakeKms();
  const providers = [
    fileKeyProvider(file),
    envKeyProvider('WOLFSEC_TEST_MASTER'),
    kmsKeyProvider(kms, 'alias/data', { app: 'test' }),
  ];
  for (const provider of providers) {
    const envelope = new Envelope(provider, { messagesPerKey: 2 });
    const sealed = await Promise.all(['a', 'b', 'c'].map((text) => envelope.seal(text, 'aad')));
    const opened = await Promise.all(sealed.map((each) => new Envelope(provider).open(each, 'aad')));
    expect(opened.map(String)).toEqual(['a', 'b', 'c']);
    await expect(envelope.open(sealed[0]!, 'other')).rejects.toMatchObject({ code: 'WOLFSEC_OPEN_FAILED' });
    await expect(envelope.open(Buffer.of(2, 0xff, 0xff, 1))).rejects.toMatchObject({
      code: 'WOLFSEC_OPEN_FAILED',
    });
  }
  expect(kms.calls).toBe(2);
  const [one, two] = [new Envelope(providers[0]!), new Envelope(providers[1]!)];
  await expect(two.open(await one.seal('x'))).rejects.toMatchObject({ code: 'WOLFSEC_OPEN_FAILED' });
  // On Windows files have no such modes.
  if (process.platform !== 'win32') {
    chmodSync(file, 0o644);
    await expect(new Envelope(fileKeyProvider(file)).seal('x')).rejects.toMatchObject({
      code: 'WOLFSEC_INVALID_KEY',
    });
  }
  await expect(new Envelope(envKeyProvider('WOLFSEC_TEST_ABSENT')).seal('x')).rejects.toMatchObject({
    code: 'WOLFSEC_INVALID_KEY',
  });
});

test('fields keep their types, and stay in their place', () => {
  using ring = KeyRing.generate();
  const cipher = new FieldCipher(ring, ['ssn', 'cards.number', 'note', 'absent.deep']);
  const record = {
    id: '7',
    ssn: 123,
    cards: [{ number: '4111', name: 'a' }, { number: null }],
    note: { x: [true] },
  };
  const sealed = cipher.seal(record, record.id);
  expect(JSON.stringify(sealed)).not.toMatch(/4111|123/);
  expect(sealed.cards[0]!.name).toBe('a');
  expect(record.ssn).toBe(123);
  expect(cipher.open(sealed, '7')).toEqual(record);
  expect(cipher.open(cipher.seal(sealed, '7'), '7')).toEqual(record);
  expect(() => cipher.open(sealed, '8')).toThrow(/field ssn/);
  expect(() => cipher.open({ ...sealed, note: sealed.ssn }, '7')).toThrow(/field note/);
  const lookalike = { ssn: 'wolfsec:1:AAAA' };
  expect(cipher.open(cipher.seal(lookalike, '7'), '7')).toEqual(lookalike);
  ring.rotate();
  const resealed = cipher.reseal(sealed, '7');
  expect(resealed.ssn).not.toBe(sealed.ssn);
  expect(cipher.open(resealed, '7')).toEqual(record);
});

test('what is no record, id or list of fields is refused, and brackets without end are', () => {
  using ring = KeyRing.generate();
  const cipher = new FieldCipher(ring, ['cards.number']);
  const invalid = expect.objectContaining({ name: 'WolfsecError', code: 'WOLFSEC_INVALID_ARGUMENT' });
  for (const record of ['{"cards":{"number":1}}', null, undefined, 5] as never[]) {
    expect(() => cipher.seal(record, '7')).toThrow(invalid);
    expect(() => cipher.open(record, '7')).toThrow(invalid);
    expect(() => cipher.reseal(record, '7')).toThrow(invalid);
  }
  expect(() => cipher.seal({}, 7 as never)).toThrow(invalid);
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  for (const fields of [[null], [5], ['a', , 'b'], ['a..b']] as never[]) {
    expect(() => new FieldCipher(ring, fields)).toThrow(invalid);
  }
  const record = JSON.parse(`{"cards":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  expect(() => cipher.seal(record, '7')).toThrow(invalid);
  expect(() => cipher.open(record, '7')).toThrow(invalid);
  const grid = { cards: [[{ number: 1 }], [{ number: 2 }]] };
  expect(cipher.open(cipher.seal(grid, '7'), '7')).toEqual(grid);
});
