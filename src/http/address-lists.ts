import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { IpSet } from '../match/index.ts';
import { isIn } from './client-address.ts';

/** Settings of {@link AddressList}. */
export interface AddressListOptions {
  /** Prefixes (CIDR) or addresses. */
  readonly entries?: readonly string[];
  /** A file of them, one a line, `#` begins a comment; read again when it changes. */
  readonly file?: string;
  /** Told when a changed file could not be read: the list stays as it was. */
  readonly onError?: (error: unknown) => void;
}

/** A list of networks that follows its file. */
export class AddressList {
  readonly #entries: readonly string[];
  readonly #file: string | undefined;
  readonly #onError: (error: unknown) => void;
  #set: IpSet<string>;
  #watcher: FSWatcher | undefined;
  #reload: NodeJS.Timeout | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` with the line that is no prefix. */
  constructor(options: AddressListOptions) {
    this.#entries = options.entries ?? [];
    this.#file = options.file;
    this.#onError = options.onError ?? (() => {});
    this.#set = this.#read();
    if (this.#file !== undefined) this.#follow(this.#file);
  }

  /** Whether an address is in the list; what is no address is not. */
  has(address: string): boolean {
    return isIn(this.#set, address);
  }

  /** Reads the file again now. */
  reload(): void {
    this.#set = this.#read();
  }

  /** Stops following the file. */
  close(): void {
    clearTimeout(this.#reload);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #read(): IpSet<string> {
    const text = this.#file === undefined ? '' : readFileSync(this.#file, 'utf8');
    return IpSet.parse(`${this.#entries.join('\n')}\n${text}`);
  }

  /** Watches the folder: editors and deployments replace a file rather than write into it. */
  #follow(file: string): void {
    this.#watcher = watch(dirname(file), (_, name) => {
      if (name !== null && name !== basename(file)) return;
      clearTimeout(this.#reload);
      this.#reload = setTimeout(() => {
        try {
          this.reload();
        } catch (error) {
          this.#onError(error);
        }
      }, 50);
      this.#reload.unref();
    });
    this.#watcher.unref();
  }
}
