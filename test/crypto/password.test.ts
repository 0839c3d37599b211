import bcrypt from 'bcryptjs';
import { expect, test } from 'vitest';
import { PasswordHasher } from '../../src/crypto/index.ts';
import { describeBackends } from '../parity/backends.ts';

const cost = { memoryKib: 64, iterations: 1, lanes: 1 };

test('hashes are PHC strings with a salt of their own', async () => {
  const hasher = new PasswordHasher({ cost });
  const [one, two] = await Promise.all([hasher.hash('pass'), hasher.hash('pass')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await hasher.verify(one, 'pass')).toBe(true);
  expect(await hasher.verify(one, 'past')).toBe(false);
  expect(hasher.needsRehash(one)).toBe(false);
  expect(new PasswordHasher().needsRehash(one)).toBe(true);
});

test('peppers are found by their id, and rotate', async () => {
  const old = new PasswordHasher({ cost, peppers: { a: Buffer.alloc(32, 1) }, pepperId: 'a' });
  const stored = await old.hash('pass');
  const peppers = { a: Buffer.alloc(32, 1), b: Buffer.alloc(32, 2) };
  const now = new PasswordHasher({ cost, peppers, pepperId: 'b' });
  expect(await now.verify(stored, 'pass')).toBe(true);
  expect(now.needsRehash(stored)).toBe(true);
  const swapped = new PasswordHasher({ cost, peppers: { a: Buffer.alloc(32, 3) } });
  expect(await swapped.verify(stored, 'pass')).toBe(false);
  await expect(new PasswordHasher({ cost }).verify(stored, 'pass')).rejects.toMatchObject({
    code: 'WOLFSEC_UNKNOWN_KEY',
  });
});

test('a pepper may be wiped once the hasher has it', async () => {
  const pepper = Buffer.alloc(32, 1);
  const hasher = new PasswordHasher({ cost, peppers: { a: pepper }, pepperId: 'a' });
  pepper.fill(0);
  const other = new PasswordHasher({ cost, peppers: { a: Buffer.alloc(32, 1) } });
  expect(await other.verify(await hasher.hash('pass'), 'pass')).toBe(true);
});

test('stored text that is no hash, or asks for too much, is refused', async () => {
  const hasher = new PasswordHasher({ cost });
  const salt = 'c2FsdHNhbHRzYWx0c2FsdA';
  const hash = 'A'.repeat(43);
  for (const text of [
    '',
    'x',
    '$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAA',
    '$2b$10$short',
    `$argon2id$v=19$m=64,t=0,p=1$${salt}$${hash}`,
    `$argon2id$v=19$m=64,t=1,p=0$${salt}$${hash}`,
    `$argon2id$v=19$m=15,t=1,p=2$${salt}$${hash}`,
    `$scrypt$ln=0,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=10,r=0,p=1$${salt}$${hash}`,
    `$scrypt$ln=10,r=8,p=0$${salt}$${hash}`,
    // The last letter of the salt, then of the hash, with bits that belong to nothing.
    '$2a$05$CCCCCCCCCCCCCCCCCCCCCCE5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeX',
    'a'.repeat(10_000),
  ]) {
    await expect(hasher.verify(text, 'p')).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_PASSWORD_HASH' });
  }
  for (const text of [
    `$argon2id$v=19$m=1000000,t=1000,p=1$${salt}$${hash}`,
    `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${hash}`,
    `$argon2id$v=19$m=64,t=2000,p=1$${salt}$${hash}`,
    `$argon2id$v=19$m=4096,t=1,p=300$${salt}$${hash}`,
    `$scrypt$ln=30,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=31,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=16,r=1,p=1$${salt}$${hash}`,
    // Half a GiB a thousand times: some half an hour.
    `$scrypt$ln=19,r=8,p=1000$${salt}$${hash}`,
    `$2b$31$${'u'.repeat(53)}`,
  ]) {
    await expect(hasher.verify(text, 'p')).rejects.toMatchObject({ code: 'WOLFSEC_LIMIT_EXCEEDED' });
  }
  await expect(hasher.hash('')).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  await expect(hasher.hash('x'.repeat(4097))).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
});

test('the queue is bounded, and gives up what is aborted', async () => {
  const hasher = new PasswordHasher({ cost, concurrency: 1, waitingMax: 2 });
  const controller = new AbortController();
  const running = hasher.hash('a');
  const waiting = hasher.hash('b', { signal: controller.signal });
  const last = hasher.hash('c');
  await expect(hasher.hash('d')).rejects.toMatchObject({ code: 'WOLFSEC_QUEUE_FULL' });
  const { queue } = hasher;
  expect([queue.limit, queue.running, queue.waiting, queue.started, queue.rejected]).toEqual([1, 1, 2, 1, 1]);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'WOLFSEC_ABORTED' });
  await expect(hasher.hash('e', { signal: controller.signal })).rejects.toMatchObject({
    code: 'WOLFSEC_ABORTED',
  });
  expect(await Promise.all([running, last])).toHaveLength(2);
  // What was aborted was not begun; what was begun last waited for the first.
  expect([queue.running, queue.waiting, queue.started, queue.rejected]).toEqual([0, 0, 2, 1]);
  expect(queue.waitMs).toBeGreaterThan(0);
});

test('a password may be wiped as soon as the call has it, also while it waits', async () => {
  const hasher = new PasswordHasher({ cost, concurrency: 1 });
  const running = hasher.hash('first in the queue');
  const password = Buffer.from('pass');
  const waiting = hasher.hash(password);
  password.fill(0);
  const stored = await waiting;
  expect(await hasher.verify(stored, 'pass')).toBe(true);
  const again = Buffer.from('pass');
  const both = [hasher.verify(await running, 'x'), hasher.verify(stored, again)];
  again.fill(0);
  expect(await Promise.all(both)).toEqual([false, true]);
});

test('work that throws at once gives its place back, and does not hold up who waits', async () => {
  const { queue } = new PasswordHasher({ cost, concurrency: 1 });
  const failing = () => {
    throw new Error('at once');
  };
  const runs = [queue.run(failing), queue.run(failing), queue.run(async () => 'done')];
  expect((await Promise.allSettled(runs)).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});

describeBackends('hashes of other programs', ({ kdf }) => {
  test('bcrypt (vectors of the Openwall suite)', async () => {
    const stored = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    expect(await kdf.bcryptVerify(Buffer.from('U*U'), stored)).toBe(true);
    expect(await kdf.bcryptVerify(Buffer.from('U*V'), stored)).toBe(false);
    expect(await kdf.bcryptVerify(Buffer.from('U*U'), stored.replace('$2a$', '$2y$'))).toBe(true);
  });

  test('bcrypt takes a byte-order mark for a part of the password', async () => {
    const stored = bcrypt.hashSync('\uFEFFpass', 4);
    expect(await kdf.bcryptVerify(Buffer.from('\uFEFFpass'), stored)).toBe(true);
    expect(await kdf.bcryptVerify(Buffer.from('pass'), stored)).toBe(false);
    expect(await kdf.bcryptVerify(Buffer.from('\uFEFFpass'), bcrypt.hashSync('pass', 4))).toBe(false);
  });
});

test('scrypt and bcrypt hashes verify, and ask to be replaced', async () => {
  const hasher = new PasswordHasher({ cost });
  const stored2a = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  expect(await hasher.verify(stored2a, 'U*U')).toBe(true);
  expect(hasher.needsRehash(stored2a)).toBe(true);
  const { scrypt } = await import('node:crypto');
  const key = await new Promise<Buffer>((resolve, reject) =>
    scrypt('pass', 'salt', 32, { N: 1024, r: 8, p: 1 }, (error, made) =>
      error ? reject(error) : resolve(made),
    ),
  );
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const stored = `$scrypt$ln=10,r=8,p=1$${text(Buffer.from('salt'))}$${text(key)}`;
  expect(await hasher.verify(stored, 'pass')).toBe(true);
  expect(await hasher.verify(stored, 'past')).toBe(false);
  expect(hasher.needsRehash(stored)).toBe(true);
});
