/** Where in a request a value stands: one bit each, so that a signature can name several. */
export const httpLocations = {
  method: 1,
  path: 2,
  query: 4,
  queryName: 8,
  header: 16,
  cookie: 32,
  body: 64,
  bodyName: 128,
  rawBody: 256,
  fileName: 512,
  url: 1024,
  cookieName: 2048,
} as const;
/** Which part of a request a finding is in. */
export type HttpLocation = keyof typeof httpLocations;

/** Which grammar's token string a pattern reads; `text` reads the value itself, `check` is structural. */
const signatureKinds = ['text', 'sql', 'shell', 'markup', 'check'] as const;
export type SignatureKind = (typeof signatureKinds)[number];

/** The structural checks that need code rather than a pattern. */
export const httpChecks = [
  'bad-method',
  'line-break-in-target',
  'null-byte',
  'bad-percent-encoding',
  'length-and-chunked',
  'bad-content-length',
  'bad-transfer-encoding',
  'repeated-header',
  'header-line-break',
  'malformed-json',
  'json-too-deep',
  'malformed-multipart',
  'too-many-parameters',
  'body-on-bodiless-method',
  'foreign-session',
  'budget-spent',
] as const;
export type HttpCheck = (typeof httpChecks)[number];

/** One signature as both back ends take it; its index in the program is what a hit names. */
export interface CompiledSignature {
  readonly kind: SignatureKind;
  /** Paranoia level from which on it counts, 1 to 4. */
  readonly level: number;
  /** Bits of {@link httpLocations}. */
  readonly locations: number;
  /** Names of the field (e.g. a header) that it is for; empty for all. */
  readonly names: readonly string[];
  /** `text`: one of these must stand in the value before the pattern is tried. */
  readonly literals: readonly string[];
  /** Regular expression in the subset that runs in linear time; see `src/http/pattern.ts`. */
  readonly pattern: string;
  /** `sql`: contexts to read the value in. Bits: 1 bare, 2 within single quotes, 4 within double quotes. */
  readonly contexts: number;
  /** Whether it counts, at level 1, in a document: lines of prose, where code is quoted and not run. */
  readonly documents: boolean;
  /** `check`: index in {@link httpChecks}. */
  readonly check: number;
}

/** What the signature files compile to: plain data, evaluated alike by both back ends. */
export interface HttpProgram {
  readonly signatures: readonly CompiledSignature[];
  /** Word → class letter. */
  readonly sqlWords: Readonly<Record<string, string>>;
  readonly shellWords: Readonly<Record<string, string>>;
  readonly markupWords: Readonly<Record<string, string>>;
}

/** Bounds of one inspection; what is beyond is not read and says so by a check. */
export interface HttpLimits {
  /** JSON nesting. */
  readonly depth: number;
  /** Fields of query, cookies and body together. */
  readonly fields: number;
  /** Bytes that decoding may make, over all fields. */
  readonly decodedBytes: number;
}

export interface HttpInspector {
  /**
   * Inspects one packed request (`src/http/pack.ts`) and writes the hits into `out`.
   *
   * Each hit: u16 signature, u16 location bit, u16 name length, u16 excerpt length (little-endian),
   * then name and excerpt as Latin-1. Hits that do not fit are counted, not written.
   *
   * @returns the number of hits, which is 0 for most requests
   */
  inspect(request: Uint8Array, level: number, out: Uint8Array): number;
}

export interface HttpBackend {
  compile(program: HttpProgram, limits: HttpLimits): HttpInspector;
}
