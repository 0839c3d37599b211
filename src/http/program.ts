import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load, YAMLException } from 'js-yaml';
import {
  type CompiledSignature,
  type HttpCheck,
  type HttpProgram,
  httpChecks,
  httpLocations,
  type SignatureKind,
} from '../backend/contract/http.ts';
import type { Severity } from '../detect/detection.ts';
import { WolfsecError } from '../errors.ts';
import { vetPattern } from './pattern.ts';

/** A signature as reports name it. */
export interface HttpSignature {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  /** Paranoia level from which on it counts. */
  readonly paranoia: number;
}

/** The signature files made ready: the program for the back end and what reports say of each signature. */
export interface HttpSignatures {
  readonly program: HttpProgram;
  readonly signatures: readonly HttpSignature[];
}

const directory = fileURLToPath(new URL('../../signatures/http/', import.meta.url));

const groups: Readonly<Record<string, number>> = {
  ...httpLocations,
  input:
    httpLocations.query |
    httpLocations.queryName |
    httpLocations.body |
    httpLocations.bodyName |
    httpLocations.cookie |
    httpLocations.cookieName |
    httpLocations.rawBody |
    httpLocations.fileName,
  value: httpLocations.query | httpLocations.body | httpLocations.cookie | httpLocations.rawBody,
};

const contextBits: Readonly<Record<string, number>> = {
  bare: 1,
  single: 2,
  double: 4,
  text: 1,
  attribute: 2,
  unquoted: 4,
};

interface RawSignature {
  id: string;
  title: string;
  severity: Severity;
  paranoia?: number;
  in?: string[];
  names?: string[];
  contexts?: string[];
  any?: string[];
  text?: string;
  sql?: string;
  shell?: string;
  markup?: string;
  check?: HttpCheck;
  documents?: boolean;
  tags?: string[];
}

let shipped: HttpSignatures | undefined;

/** The signatures that ship with the package; read and compiled once. */
export function shippedSignatures(): HttpSignatures {
  shipped ??= loadSignatures(directory);
  return shipped;
}

/**
 * Reads the `.yml` files of a directory.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` naming the file and the signature that is wrong.
 */
export function loadSignatures(from: string): HttpSignatures {
  const compiled: CompiledSignature[] = [];
  const signatures: HttpSignature[] = [];
  const words: Record<string, Record<string, string>> = { sql: {}, shell: {}, markup: {} };
  for (const file of readdirSync(from).sort()) {
    if (!file.endsWith('.yml')) continue;
    const document = read(from, file);
    if (document.grammar !== undefined) {
      readWords(document, words[document.grammar as string] as Record<string, string>);
      continue;
    }
    for (const raw of document.signatures as RawSignature[]) {
      const wrong = (what: string): never => {
        throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `signature ${raw.id}: ${what}`, {
          location: { file },
        });
      };
      compiled.push(compileSignature(raw, document.macros ?? {}, document.in, wrong));
      signatures.push({
        id: raw.id,
        title: raw.title,
        category: document.category,
        severity: raw.severity,
        tags: raw.tags ?? document.tags ?? [],
        paranoia: raw.paranoia ?? 1,
      });
    }
  }
  const { sql, shell, markup } = words as {
    sql: Record<string, string>;
    shell: Record<string, string>;
    markup: Record<string, string>;
  };
  return {
    program: { signatures: compiled, sqlWords: sql, shellWords: shell, markupWords: markup },
    signatures,
  };
}

function read(from: string, file: string): SignatureFile {
  try {
    return load(readFileSync(`${from}/${file}`, 'utf8')) as SignatureFile;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = (error.mark ?? {}) as { line?: number; column?: number };
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `not valid YAML: ${error.reason}`, {
      location: { file, line: line + 1, column: column + 1 },
      cause: error,
    });
  }
}

interface SignatureFile extends WordFile {
  grammar?: string;
  category: string;
  signatures: RawSignature[];
  macros?: Record<string, string>;
  in?: string[];
  tags?: string[];
}

interface WordFile {
  words: Record<string, string>;
  attributes?: Record<string, string>;
  events?: string;
}

/** The first class that names a word keeps it: a file's order is its precedence. */
function readWords(document: WordFile, into: Record<string, string>): void {
  for (const [letter, list] of Object.entries(document.words)) {
    for (const word of list.split(/\s+/)) if (word !== '') into[word] ??= letter;
  }
  for (const [letter, list] of Object.entries(document.attributes ?? {})) {
    for (const word of list.split(/\s+/)) if (word !== '') into[`${word}=`] ??= letter;
  }
  for (const word of (document.events ?? '').split(/\s+/)) if (word !== '') into[`on${word}=`] ??= 'o';
}

function compileSignature(
  raw: RawSignature,
  macros: Record<string, string>,
  inFile: string[] | undefined,
  wrong: (what: string) => never,
): CompiledSignature {
  const kinds = (['sql', 'shell', 'markup'] as const).filter((kind) => raw[kind] !== undefined);
  const kind: SignatureKind = raw.check !== undefined ? 'check' : (kinds[0] ?? 'text');
  let pattern = (kind === 'check' ? '' : kind === 'text' ? raw.text : raw[kind]) ?? '';
  for (const [name, value] of Object.entries(macros)) pattern = pattern.replaceAll(`@${name}@`, value);
  const fault = pattern === '' ? undefined : vetPattern(pattern, kind !== 'text');
  if (fault !== undefined) wrong(`its pattern ${fault}`);
  if (kind === 'text' && pattern === '' && raw.any === undefined) wrong('neither any nor text');
  const check = raw.check === undefined ? 0 : httpChecks.indexOf(raw.check);
  if (check < 0) wrong(`no check is called ${raw.check}`);
  return {
    kind,
    level: raw.paranoia ?? 1,
    locations: bits(raw.in ?? inFile ?? ['input', 'path', 'header'], groups, wrong),
    names: raw.names ?? [],
    literals: (raw.any ?? []).map((literal) => literal.toLowerCase()),
    pattern,
    contexts: bits(raw.contexts ?? ['bare', 'text', 'attribute', 'unquoted'], contextBits, wrong),
    documents: raw.documents ?? kind !== 'shell',
    check,
  };
}

function bits(
  words: readonly string[],
  known: Readonly<Record<string, number>>,
  wrong: (what: string) => never,
): number {
  return words.reduce((sum, word) => sum | (known[word] ?? wrong(`${word} is no location or context`)), 0);
}
