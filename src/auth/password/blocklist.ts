import { hash } from 'node:crypto';
import { invalidArgument } from '../../errors.ts';

// The file: "WSBL1\0" and two bytes of zero, the number of entries (32 bits, big-endian), four bytes of zero,
// the entries in rising order, then the SHA-256 of all before it. An entry is the first six bytes of a
// password's SHA-256: among a million entries one innocent password in 280 million is refused.
const magic = Buffer.from('WSBL1\0\0\0', 'latin1');
const headBytes = 16;
const entryBytes = 6;
const sumBytes = 32;
const maxEntries = 50_000_000;

/** Common passwords, six bytes each. Compared without case, in NFKC. */
export class PasswordBlocklist {
  readonly #entries: Buffer;
  readonly size: number;

  private constructor(entries: Buffer) {
    this.#entries = entries;
    this.size = entries.length / entryBytes;
  }

  /** From passwords, one a line; see `scripts/build-blocklist.ts` for files. */
  static from(passwords: Iterable<string>): PasswordBlocklist {
    const seen = new Set<number>();
    for (const password of passwords) {
      if (password !== '') seen.add(entryOf(password));
      if (seen.size > maxEntries) throw invalidArgument('passwords', `at most ${maxEntries}`);
    }
    const entries = Buffer.allocUnsafe(seen.size * entryBytes);
    let at = 0;
    for (const entry of Float64Array.from(seen).sort()) {
      entries.writeUIntBE(entry, at, entryBytes);
      at += entryBytes;
    }
    return new PasswordBlocklist(entries);
  }

  /**
   * Reads what {@link PasswordBlocklist.toBytes} wrote.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where it is cut short or changed.
   */
  static fromBytes(bytes: Uint8Array): PasswordBlocklist {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = file.length >= headBytes ? file.readUInt32BE(magic.length) : 0;
    const end = headBytes + count * entryBytes;
    const sound =
      file.length === end + sumBytes &&
      file.subarray(0, magic.length).equals(magic) &&
      hash('sha256', file.subarray(0, end), 'buffer').equals(file.subarray(end));
    if (!sound) throw invalidArgument('bytes', 'a block list, whole and unchanged');
    return new PasswordBlocklist(Buffer.from(file.subarray(headBytes, end)));
  }

  /** The list as bytes for {@link PasswordBlocklist.fromBytes}: magic, count, sorted entries, SHA-256. */
  toBytes(): Buffer {
    const head = Buffer.alloc(headBytes);
    magic.copy(head);
    head.writeUInt32BE(this.size, magic.length);
    const body = Buffer.concat([head, this.#entries]);
    return Buffer.concat([body, hash('sha256', body, 'buffer')]);
  }

  /**
   * Whether a password is in the list. Compared by 48 bits of its SHA-256, so a list of a
   * million takes one other password in 280 million for one of its own.
   */
  has(password: string): boolean {
    const wanted = entryOf(password);
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries.readUIntBE(middle * entryBytes, entryBytes);
      if (entry === wanted) return true;
      if (entry < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}

const entryOf = (password: string): number =>
  hash('sha256', password.normalize('NFKC').toLowerCase(), 'buffer').readUIntBE(0, entryBytes);
