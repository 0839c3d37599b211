import { type HttpCheck, type HttpLimits, type HttpProgram, httpChecks } from '../../contract/http.ts';
import { Automaton } from './automaton.ts';
import { isLower } from './bytes.ts';
import { base64Text, canonical, squeeze } from './decode.ts';
import type { Visitor } from './fields.ts';
import { HitWriter } from './hits.ts';
import { tokeniseMarkup } from './markup.ts';
import type { JsonPath } from './path.ts';
import { walkRequest } from './request.ts';
import { tokeniseShell } from './shell.ts';
import { tokeniseSql } from './sql.ts';

interface Shape {
  readonly index: number;
  readonly level: number;
  readonly locations: number;
  readonly names: readonly string[];
  readonly pattern: RegExp | undefined;
  readonly contexts: number;
  readonly documents: boolean;
}

/** The opening line of a document is read on its own as far as this. */
const maxOpening = 256;
/** Values as far as this are inspected; what a value has beyond is looked at by its end alone. */
const maxValue = 65_536;

/** One program made ready: holds no state of a request. */
export class Evaluator {
  readonly #text: Shape[] = [];
  readonly #sql: Shape[] = [];
  readonly #shell: Shape[] = [];
  readonly #markup: Shape[] = [];
  /** Text shapes without literals, looked at for every value. */
  readonly #always: Shape[] = [];
  readonly #checks = new Map<number, Shape[]>();
  readonly #automaton: Automaton;
  /** For each literal, the text shapes that it opens. */
  readonly #opens: number[][];
  readonly #sqlWords: ReadonlyMap<string, string>;
  readonly #shellWords: ReadonlyMap<string, string>;
  readonly #markupWords: ReadonlyMap<string, string>;
  readonly #limits: HttpLimits;
  #seen = new Uint32Array(0);
  #stamp = 0;

  constructor(program: HttpProgram, limits: HttpLimits) {
    this.#limits = limits;
    this.#sqlWords = new Map(Object.entries(program.sqlWords));
    this.#shellWords = new Map(Object.entries(program.shellWords));
    this.#markupWords = new Map(Object.entries(program.markupWords));
    const literals = new Map<string, number[]>();
    program.signatures.forEach((signature, index) => {
      const { kind, level, locations, names, contexts, documents } = signature;
      const pattern = signature.pattern === '' ? undefined : new RegExp(signature.pattern);
      const shape: Shape = { index, level, locations, names, pattern, contexts, documents };
      if (kind === 'check') {
        const known = this.#checks.get(signature.check) ?? [];
        this.#checks.set(signature.check, [...known, shape]);
      } else if (kind === 'text') {
        if (signature.literals.length === 0) this.#always.push(shape);
        for (const literal of signature.literals) {
          literals.set(literal, [...(literals.get(literal) ?? []), this.#text.length]);
        }
        this.#text.push(shape);
      } else {
        const shapes = { sql: this.#sql, shell: this.#shell, markup: this.#markup };
        shapes[kind].push(shape);
      }
    });
    this.#automaton = new Automaton([...literals.keys()]);
    this.#opens = [...literals.values()];
    this.#seen = new Uint32Array(this.#text.length);
  }

  inspect(request: Uint8Array, level: number, out: Uint8Array): number {
    const hits = new HitWriter(out);
    let fields = 0;
    let bytes = 0;
    const check = (wanted: HttpCheck, name: string, value: string): void => {
      for (const shape of this.#checks.get(httpChecks.indexOf(wanted)) ?? []) {
        if (shape.level <= level) hits.add(shape.index, shape.locations, name, value);
      }
    };
    /** `name` is what signatures ask for, `path` what hits are named by. */
    const field = (location: number, name: string, path: JsonPath | string, value: string): boolean => {
      fields++;
      bytes += value.length;
      if (fields > this.#limits.fields) {
        check('too-many-parameters', `${path}`, '');
        return false;
      }
      if (bytes > this.#limits.decodedBytes) {
        check('budget-spent', `${path}`, '');
        return false;
      }
      if (value.length > 0) this.#field(location, name, path, value, level, hits);
      return true;
    };
    const visitor: Visitor = {
      check,
      field: (location, name, value) => field(location, name, name, value),
      nested: (location, path, value) => field(location, path.key, path, value),
    };
    walkRequest(request, this.#limits, visitor);
    return hits.count;
  }

  #field(
    location: number,
    name: string,
    path: JsonPath | string,
    value: string,
    level: number,
    hits: HitWriter,
  ): void {
    const part = value.length > maxValue ? value.slice(0, maxValue / 2) + value.slice(-maxValue / 2) : value;
    hits.enter(location, path, part);
    this.#view(canonical(part), location, name, level, hits);
    const hidden = base64Text(part);
    if (hidden !== undefined) this.#view(canonical(hidden), location, name, level, hits);
  }

  #view(text: string, location: number, name: string, level: number, hits: HitWriter): void {
    const squeezed = squeeze(text);
    this.#stamp++;
    const document = level === 1 && isDocument(text);
    // What breaks out of its context stands first: the opening line is read as a value of its own.
    if (document && text.charCodeAt(0) !== 0x23) {
      const line = text.slice(0, Math.min(text.indexOf('\n') >>> 0, maxOpening));
      if (!isDocument(line)) {
        this.#view(line, location, name, level, hits);
        this.#stamp++;
      }
    }
    const applies = (shape: Shape): boolean =>
      shape.level <= level &&
      (shape.documents || !document) &&
      (shape.locations & location) !== 0 &&
      (shape.names.length === 0 || shape.names.includes(name));
    this.#automaton.scan(squeezed, (literal) => {
      for (const at of this.#opens[literal] as number[]) {
        if (this.#seen[at] === this.#stamp) continue;
        this.#seen[at] = this.#stamp;
        const shape = this.#text[at] as Shape;
        if (applies(shape) && (shape.pattern?.test(squeezed) ?? true)) hits.here(shape.index);
      }
    });
    for (const shape of this.#always)
      if (applies(shape) && shape.pattern?.test(squeezed)) hits.here(shape.index);
    const match = (shapes: readonly Shape[], tokens: string, context: number): void => {
      if (tokens === '') return;
      for (const shape of shapes) {
        if ((shape.contexts & context) !== 0 && applies(shape) && shape.pattern?.test(tokens))
          hits.here(shape.index);
      }
    };
    if ((location & grammarLocations) === 0) return;
    const gates = gatesOf(text);
    if ((gates & sqlGate) !== 0 || text.includes('--'))
      match(this.#sql, tokeniseSql(text, 0, this.#sqlWords), 1);
    if ((gates & singleQuote) !== 0) match(this.#sql, tokeniseSql(text, 0x27, this.#sqlWords), 2);
    if ((gates & doubleQuote) !== 0) match(this.#sql, tokeniseSql(text, 0x22, this.#sqlWords), 4);
    if ((gates & lessThan) !== 0) match(this.#markup, tokeniseMarkup(text, 0, this.#markupWords), 1);
    if ((gates & equalsSign) !== 0) {
      if ((gates & singleQuote) !== 0) match(this.#markup, tokeniseMarkup(text, 0x27, this.#markupWords), 2);
      if ((gates & doubleQuote) !== 0) match(this.#markup, tokeniseMarkup(text, 0x22, this.#markupWords), 2);
      if ((gates & backQuote) !== 0) match(this.#markup, tokeniseMarkup(text, 0x60, this.#markupWords), 2);
      match(this.#markup, tokeniseMarkup(text, 0x20, this.#markupWords), 4);
    }
    if ((gates & shellGate) !== 0) match(this.#shell, tokeniseShell(text, this.#shellWords), 1);
  }
}

/** Values that an application hands to an interpreter; elsewhere the text signatures serve alone. */
const grammarLocations = 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 | 2048;

const singleQuote = 1;
const doubleQuote = 2;
const backQuote = 4;
const lessThan = 8;
const equalsSign = 16;
const sqlGate = 32;
const shellGate = 64;

const gateOf = new Uint8Array(256);
gateOf[0x27] = singleQuote | sqlGate | shellGate;
gateOf[0x22] = doubleQuote | sqlGate | shellGate;
gateOf[0x60] = backQuote | sqlGate | shellGate;
gateOf[0x3c] = lessThan | sqlGate | shellGate;
gateOf[0x3d] = equalsSign | sqlGate | shellGate;
for (const letter of ' ();#*+|&\n\t')
  gateOf[letter.charCodeAt(0)] = (gateOf[letter.charCodeAt(0)] as number) | sqlGate;
for (const letter of ' ;|&$>(\n{\\^/')
  gateOf[letter.charCodeAt(0)] = (gateOf[letter.charCodeAt(0)] as number) | shellGate;

/** Which grammars could read something in the text: by the characters they cannot do without. */
function gatesOf(text: string): number {
  let gates = 0;
  for (let at = 0; at < text.length; at++) gates |= gateOf[text.charCodeAt(at)] as number;
  return gates;
}

/**
 * Whether a value reads as lines of prose: six pairs of neighbouring words and a line end, or
 * sixteen pairs. Code in such a value is quoted by a person more often than run by a program.
 */
function isDocument(text: string): boolean {
  if (text.length < 40) return false;
  if (text.includes('\n```')) return true;
  const wanted = text.includes('\n') ? 3 : 14;
  let pairs = 0;
  for (let space = text.indexOf(' ', 2); space > 0; space = text.indexOf(' ', space + 1)) {
    if (
      isLower(text.charCodeAt(space - 1)) &&
      isLower(text.charCodeAt(space - 2)) &&
      isLower(text.charCodeAt(space + 1)) &&
      ++pairs >= wanted
    ) {
      return true;
    }
  }
  return false;
}
