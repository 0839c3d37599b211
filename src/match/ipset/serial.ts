import { checkAttached } from '../../attached.ts';
import type { IpRows, IpTable } from '../../backend/contract/match.ts';
import { invalidArgument } from '../../errors.ts';

// Header: magic, version, IPv4 rows, IPv6 rows, prefixes, bytes of values. Then the rows' starts and
// values, then the values as JSON. Numbers are 32 bits, little-endian.
const MAGIC = 0x5350_4957;
const VERSION = 1;
const HEADER_WORDS = 6;

export interface SerialSet {
  readonly table: IpTable;
  readonly values: readonly unknown[];
  readonly size: number;
}

export function serializeSet({ table: { v4, v6 }, values, size }: SerialSet): Uint8Array {
  const json = Buffer.from(JSON.stringify(values));
  const header = [MAGIC, VERSION, v4.values.length, v6.values.length, size, json.length];
  const words = Uint32Array.from(header);
  const parts = [words, v4.starts, v4.values, v6.starts, v6.values].map((part) =>
    Buffer.from(part.buffer, part.byteOffset, part.byteLength),
  );
  return Buffer.concat([...parts, json]);
}

/** Reads what {@link serializeSet} wrote, and checks it: it may come from a disk. */
export function deserializeSet(bytes: Uint8Array): SerialSet {
  if (!(bytes instanceof Uint8Array)) throw invalidArgument('bytes', 'a Uint8Array');
  checkAttached(bytes, 'bytes');
  // A copy, so that words are aligned and later writes to the input change nothing.
  const copy = Uint8Array.from(bytes).buffer;
  if (copy.byteLength < HEADER_WORDS * 4) throw broken('it is cut short');
  const [magic, version, v4Rows, v6Rows, size, jsonLength] = new Uint32Array(copy, 0, HEADER_WORDS);
  if (magic !== MAGIC) throw broken('it does not begin like one');
  if (version !== VERSION) throw broken(`its version is ${version}, not ${VERSION}`);
  const words = v4Rows! * 2 + v6Rows! * 5;
  if (HEADER_WORDS * 4 + words * 4 + jsonLength! !== copy.byteLength) throw broken('it is cut short');
  let at = HEADER_WORDS * 4;
  const take = (count: number) => {
    const part = new Uint32Array(copy, at, count);
    at += count * 4;
    return part;
  };
  const v4 = { starts: take(v4Rows!), values: take(v4Rows!) };
  const v6 = { starts: take(v6Rows! * 4), values: take(v6Rows!) };
  const values = parseValues(new Uint8Array(copy, at));
  checkRows(v4, 1, values.length);
  checkRows(v6, 4, values.length);
  return { table: { v4, v6 }, values, size: size! };
}

function parseValues(json: Uint8Array): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(json).toString());
    if (Array.isArray(values)) return values;
  } catch {
    // Reported below, like JSON of another kind.
  }
  throw broken('its values are not a JSON array');
}

function checkRows({ starts, values }: IpRows, words: number, highest: number): void {
  if (values.length === 0 || starts.subarray(0, words).some((word) => word !== 0)) {
    throw broken('its rows do not begin at 0');
  }
  for (let row = 0; row < values.length; row++) {
    if (values[row]! > highest) throw broken(`row ${row} has no value`);
    if (row > 0 && !rises(starts, (row - 1) * words, words)) throw broken(`row ${row} is out of order`);
  }
}

function rises(starts: Uint32Array, at: number, words: number): boolean {
  for (let i = at; i < at + words; i++) {
    if (starts[i] !== starts[i + words]) return starts[i]! < starts[i + words]!;
  }
  return false;
}

const broken = (reason: string) => invalidArgument('bytes', `a serialised IpSet: ${reason}`);
