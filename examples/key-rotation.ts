// Keys change while data stays: a ring with an old and a new key, fields of records sealed under it, and
// the ring itself wrapped by a master key.
//   node examples/key-rotation.ts
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Envelope, FieldCipher, fileKeyProvider, KeyRing } from 'wolfsec/crypto';

const masterKey = join(mkdtempSync(join(tmpdir(), 'wolfsec-')), 'master.key');
writeFileSync(masterKey, randomBytes(32).toString('base64'), { mode: 0o600 });
const envelope = new Envelope(fileKeyProvider(masterKey));

const ring = KeyRing.generate();
const fields = new FieldCipher(ring, ['ssn']);
const stored = fields.seal({ id: '7', name: 'Ada', ssn: '078-05-1120' }, '7');
console.log(`stored: ${JSON.stringify(stored).replace(/wolfsec:1:[^"]+/, 'wolfsec:1:…')}`);

// A new key seals from now on; the old one still opens.
ring.rotate();
console.log(`opened under the old key: ${fields.open(stored, '7').ssn}`);

// In the background, record by record: what is sealed anew no longer needs the old key.
const fresh = fields.seal(fields.open(stored, '7'), '7');
console.log(`opened under the new key: ${fields.open(fresh, '7').ssn}`);

// The ring is kept wrapped; another process gets it back with the master key.
const wrapped = await envelope.seal(Buffer.from(JSON.stringify(ring.export())));
const again = KeyRing.import(JSON.parse((await envelope.open(wrapped)).toString()));
console.log(`opened elsewhere: ${new FieldCipher(again, ['ssn']).open(fresh, '7').ssn}`);
