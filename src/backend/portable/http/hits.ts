import { type JsonPath, maxPath } from './path.ts';

/** Longest excerpt of a value, in bytes. */
const maxExcerpt = 160;

/** Writes hits into the caller's buffer, each signature once a field; layout in the contract. */
export class HitWriter {
  count = 0;
  readonly #out: Uint8Array;
  readonly #view: DataView;
  #used = 0;
  #location = 0;
  #name: JsonPath | string = '';
  #value = '';
  #written: number[] = [];

  constructor(out: Uint8Array) {
    this.#out = out;
    this.#view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  }

  /** Says which field the following hits are of. */
  enter(location: number, name: JsonPath | string, value: string): void {
    this.#location = location;
    this.#name = name;
    this.#value = value;
    this.#written = [];
  }

  /** A hit in the field entered last. */
  here(signature: number): void {
    if (this.#written.includes(signature)) return;
    this.#written.push(signature);
    this.add(signature, this.#location, `${this.#name}`, this.#value);
  }

  add(signature: number, location: number, name: string, value: string): void {
    this.count++;
    const nameLength = Math.min(name.length, maxPath);
    const valueLength = Math.min(value.length, maxExcerpt);
    const next = this.#used + 8 + nameLength + valueLength;
    if (next > this.#out.length) return;
    this.#view.setUint16(this.#used, signature, true);
    this.#view.setUint16(this.#used + 2, location, true);
    this.#view.setUint16(this.#used + 4, nameLength, true);
    this.#view.setUint16(this.#used + 6, valueLength, true);
    let at = this.#used + 8;
    for (let index = 0; index < nameLength; index++) this.#out[at++] = name.charCodeAt(index);
    for (let index = 0; index < valueLength; index++) this.#out[at++] = value.charCodeAt(index);
    this.#used = next;
  }
}
