import { checkAttached } from '../../attached.ts';
import type { Backend } from '../../backend/backend.ts';
import type { IpMatcher, IpTable } from '../../backend/contract/match.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { eachLine, type InvalidLine } from './list.ts';
import { PrefixColumns } from './prefixes.ts';
import { deserializeSet, serializeSet } from './serial.ts';

/** An address, or one with `/length`; alone, or with a value. */
export type IpSetEntry<Value> = string | readonly [prefix: string, value: Value];

/** How a list of addresses is read. */
export interface IpListOptions {
  /** Value of prefixes without a label. Default: `listed`. */
  readonly label?: string;
  /** Gets each line that holds no prefix; such lines are passed over. Default: the first one throws. */
  readonly onInvalid?: (line: InvalidLine) => void;
  readonly backend?: Backend;
}

/**
 * A set of IPv4 and IPv6 prefixes with a value each. A lookup finds the longest prefix that holds
 * the address; of equal ones, the last given.
 *
 * Prefixes are flattened into ranges when the set is built; a lookup is one binary search.
 * Addresses are read strictly: no leading zeros, no zone; IPv4-mapped ones count as IPv4. Text that
 * is no address is in no set.
 */
export class IpSet<Value = string> {
  /** Number of prefixes given. */
  readonly size: number;
  /** The distinct values: number `n` of {@link lookupPacked} is `values[n - 1]`. */
  readonly values: readonly Value[];
  private readonly table: IpTable;
  private readonly matcher: IpMatcher;

  private constructor(table: IpTable, values: readonly Value[], size: number, backend: Backend) {
    this.size = size;
    this.values = values;
    this.table = table;
    this.matcher = backend.match.openIpTable(table);
  }

  /**
   * Builds a set from an array or another iterable. A bare prefix has the value `listed`.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT`, naming the entry's index.
   */
  static from<Value = string>(entries: Iterable<IpSetEntry<Value>>, backend = activeBackend()): IpSet<Value> {
    const columns = new PrefixColumns();
    const values = new Values<Value | string>();
    let index = 0;
    if (typeof entries?.[Symbol.iterator] !== 'function')
      throw invalidArgument('entries', 'an array or iterable');
    for (const entry of entries) {
      const [prefix, value] = Array.isArray(entry) ? entry : [entry, 'listed'];
      if (typeof prefix !== 'string')
        throw invalidArgument(`entries[${index}]`, 'a prefix or [prefix, value]');
      const reason = columns.add(prefix, 0, prefix.length, values.number(value));
      if (reason) {
        const quoted = JSON.stringify(prefix.slice(0, 120));
        throw invalidArgument(`entries[${index}]`, `an IP prefix; ${quoted}: ${reason}`);
      }
      index++;
    }
    return IpSet.build(columns, values.list as Value[], backend);
  }

  /**
   * Builds a set from a plain list, as feeds publish them: one prefix a line, then optionally blanks
   * or a comma and a label, which becomes the value. `#` and `;` begin comments.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` with the line in `location`, unless
   *   `onInvalid` takes it.
   */
  static parse(list: string | Uint8Array, options: IpListOptions = {}): IpSet<string> {
    const { label = 'listed', onInvalid = refuse, backend = activeBackend() } = options;
    if (typeof list !== 'string' && !(list instanceof Uint8Array)) {
      throw invalidArgument('list', 'a string or a Uint8Array');
    }
    if (typeof list !== 'string') checkAttached(list, 'list');
    const bytes =
      typeof list === 'string' ? Buffer.from(list) : Buffer.from(list.buffer, list.byteOffset, list.length);
    const text = bytes.toString('latin1');
    const columns = new PrefixColumns();
    const values = new Values<string>();
    eachLine(text, (from, to, own) => columns.add(text, from, to, values.number(own || label)), onInvalid);
    return IpSet.build(columns, values.list, backend);
  }

  /**
   * Reads what {@link serialize} wrote.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where the bytes are damaged.
   */
  static deserialize<Value = string>(bytes: Uint8Array, backend = activeBackend()): IpSet<Value> {
    const { table, values, size } = deserializeSet(bytes);
    return new IpSet(table, values as readonly Value[], size, backend);
  }

  private static build<Value>(
    columns: PrefixColumns,
    values: readonly Value[],
    backend: Backend,
  ): IpSet<Value> {
    const { match } = backend;
    const table = {
      v4: match.flattenPrefixes(columns.v4.done()),
      v6: match.flattenPrefixes(columns.v6.done()),
    };
    return new IpSet(table, values, columns.v4.count + columns.v6.count, backend);
  }

  /** Whether some prefix holds the address. */
  has(address: string): boolean {
    return this.matcher.lookup(checkAddress(address)) !== 0;
  }

  /** The value of the longest prefix that holds the address. */
  lookup(address: string): Value | undefined {
    return this.values[this.matcher.lookup(checkAddress(address)) - 1];
  }

  /** The same for many addresses; {@link lookupPacked} is faster where they are bytes already. */
  lookupBatch(addresses: readonly string[]): (Value | undefined)[] {
    if (!Array.isArray(addresses)) throw invalidArgument('addresses', 'an array');
    return Array.from(addresses, (address) => this.lookup(address));
  }

  /**
   * The same for addresses of sixteen bytes each, in network order, IPv4 as IPv4-mapped.
   *
   * @returns one number an address: 0 for none, else that of its value in {@link values}.
   */
  lookupPacked(addresses: Uint8Array): Uint32Array {
    if (!(addresses instanceof Uint8Array) || addresses.length % 16 !== 0) {
      throw invalidArgument('addresses', 'a Uint8Array of 16 bytes an address');
    }
    checkAttached(addresses, 'addresses');
    const numbers = new Uint32Array(addresses.length / 16);
    this.matcher.lookupPacked(addresses, numbers);
    return numbers;
  }

  /** The set as bytes, for a cache on disk; values must be JSON. */
  serialize(): Uint8Array {
    return serializeSet({ table: this.table, values: this.values, size: this.size });
  }
}

/** Numbers distinct values from 1. */
class Values<Value> {
  readonly list: Value[] = [];
  private readonly numbers = new Map<Value, number>();

  number(value: Value): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const number = this.list.push(value);
    this.numbers.set(value, number);
    return number;
  }
}

function checkAddress(address: string): string {
  if (typeof address === 'string') return address;
  throw invalidArgument('address', 'a string');
}

function refuse({ line, text, reason }: InvalidLine): never {
  throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `${JSON.stringify(text)}: ${reason}`, {
    location: { line },
  });
}
