import { Buffer } from 'node:buffer';
import type { Backend } from '../backend/backend.ts';
import type {
  HttpInspector as CompiledInspector,
  HttpLimits,
  HttpLocation,
} from '../backend/contract/http.ts';
import { httpLocations } from '../backend/contract/http.ts';
import { activeBackend } from '../backend/select.ts';
import type { Severity } from '../detect/detection.ts';
import { invalidArgument } from '../errors.ts';
import { type Exclusion, Exclusions } from './exclusions.ts';
import { type HttpRequest, packRequest } from './pack.ts';
import { pathOf } from './path.ts';
import { type HttpSignature, type HttpSignatures, shippedSignatures } from './program.ts';

/** 1 asks for evidence that legitimate requests do not show; each level more takes less for an attack. */
export type ParanoiaLevel = 1 | 2 | 3 | 4;

/** Settings of {@link HttpInspector}. */
export interface InspectorOptions {
  /** Default 1. */
  readonly paranoia?: ParanoiaLevel;
  /** Anomaly score from which on a request counts as an attack. Default 5: one finding of high severity. */
  readonly threshold?: number;
  /** Thresholds of single categories, e.g. `{ xss: 10 }`: reaching one is enough. Default: `threshold`. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** What not to report, by path, parameter, signature or category. */
  readonly exclusions?: readonly Exclusion[];
  readonly limits?: Partial<HttpLimits>;
  /** Names whose values stay out of findings. Default: passwords, tokens, keys, cookies, authorisation. */
  readonly secretNames?: RegExp;
  /** Signatures of one's own, from `loadSignatures`. Default: those that ship with the package. */
  readonly signatures?: HttpSignatures;
  readonly backend?: Backend;
}

/** One signature that held for one field. */
export interface HttpFinding {
  readonly signature: HttpSignature;
  readonly location: HttpLocation;
  /** The field: parameter, header, part or cookie, or where in JSON (`user.name`, `items[].id`); 256 bytes at most. */
  readonly name: string;
  /** The value's first 160 bytes; `[redacted]` under a secret name. */
  readonly excerpt: string;
  readonly score: number;
}

/** What was found in a request, and what it adds up to. */
export interface HttpVerdict {
  /** Whether the score, or one category's, reaches its threshold. */
  readonly attack: boolean;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly findings: readonly HttpFinding[];
}

/** What one finding of a severity adds to the score. */
export const severityScores: Readonly<Record<Severity, number>> = {
  informational: 0,
  low: 2,
  medium: 3,
  high: 5,
  critical: 8,
};

/** How much of a request is inspected, unless the options say otherwise. */
export const defaultHttpLimits: HttpLimits = { depth: 64, fields: 1000, decodedBytes: 4 * 1024 * 1024 };

/** Bytes of findings that are looked at when they do not fit into the usual buffer. */
const mostFindingBytes = 4 * 1024 * 1024;

const clean: HttpVerdict = { attack: false, score: 0, scores: {}, findings: [] };
const secretName =
  /pass(?:word|wd|phrase)?$|secret|token|api[-_]?key|authorization|^cookie$|credential|^pin$|cvv|csrf/i;
const locationNames = new Map<number, HttpLocation>(
  Object.entries(httpLocations).map(([name, bit]) => [bit, name as HttpLocation]),
);

/** Tells attacks from requests. Holds no state of a request: one instance serves a whole process. */
export class HttpInspector {
  readonly paranoia: ParanoiaLevel;
  readonly #compiled: CompiledInspector;
  readonly #signatures: readonly HttpSignature[];
  readonly #threshold: number;
  readonly #thresholds: Readonly<Record<string, number>>;
  readonly #exclusions: Exclusions;
  readonly #secretName: RegExp;
  readonly #scratch = Buffer.alloc(64 * 1024);
  readonly #out = new Uint8Array(16 * 1024);

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a level, threshold, limit or exclusion that is none. */
  constructor(options: InspectorOptions = {}) {
    const { paranoia = 1, threshold = 5, thresholds = {}, backend = activeBackend() } = options;
    if (![1, 2, 3, 4].includes(paranoia)) throw invalidArgument('paranoia', '1, 2, 3 or 4');
    for (const [name, value] of [['threshold', threshold], ...Object.entries(thresholds)] as const) {
      if (!(Number(value) > 0)) throw invalidArgument(String(name), 'a number above 0');
    }
    const limits = { ...defaultHttpLimits, ...options.limits };
    for (const [name, value] of Object.entries(limits)) {
      if (!Number.isSafeInteger(value) || value < 1)
        throw invalidArgument(`limits.${name}`, 'a whole number above 0');
    }
    const { program, signatures } = options.signatures ?? shippedSignatures();
    this.paranoia = paranoia;
    this.#compiled = backend.http.compile(program, limits);
    this.#signatures = signatures;
    this.#threshold = threshold;
    this.#thresholds = thresholds;
    this.#exclusions = new Exclusions(options.exclusions ?? []);
    this.#secretName = options.secretNames ?? secretName;
  }

  /** Inspects one request. Costs one call of the back end; finding nothing allocates nothing there. */
  inspect(request: HttpRequest): HttpVerdict {
    const packed = packRequest(request, this.#scratch);
    const hits = this.#compiled.inspect(packed, this.paranoia, this.#out);
    if (hits === 0) return clean;
    const { verdict, whole } = this.#judge(request.url, this.#out, hits);
    return whole || verdict.attack ? verdict : this.#withRoom(request.url, packed);
  }

  /** Findings that are excluded must not crowd out those that count; so many that they do not fit at all are an attack. */
  #withRoom(url: string, packed: Buffer): HttpVerdict {
    const out = new Uint8Array(mostFindingBytes);
    const { verdict, whole } = this.#judge(url, out, this.#compiled.inspect(packed, this.paranoia, out));
    return whole ? verdict : { ...verdict, attack: true };
  }

  #judge(url: string, out: Uint8Array, hits: number): { verdict: HttpVerdict; whole: boolean } {
    const findings: HttpFinding[] = [];
    const scores: Record<string, number> = {};
    const view = new DataView(out.buffer);
    let score = 0;
    let at = 0;
    let hit = 0;
    const path = pathOf(url);
    for (; hit < hits && at + 8 <= out.length; hit++) {
      const signature = this.#signatures[view.getUint16(at, true)];
      const bit = view.getUint16(at + 2, true);
      const nameEnd = at + 8 + view.getUint16(at + 4, true);
      const end = nameEnd + view.getUint16(at + 6, true);
      // Hits beyond the buffer are counted but not written; the last row written ends what is read.
      if (signature === undefined || bit === 0 || end > out.length) break;
      const name = Buffer.from(out.subarray(at + 8, nameEnd)).toString('utf8');
      const location = locationNames.get(bit) ?? 'url';
      if (!this.#exclusions.covers(path, location, name, signature)) {
        const added = severityScores[signature.severity];
        const excerpt = this.#isSecret(name)
          ? '[redacted]'
          : Buffer.from(out.subarray(nameEnd, end)).toString('utf8');
        findings.push({ signature, location, name, excerpt, score: added });
        score += added;
        scores[signature.category] = (scores[signature.category] ?? 0) + added;
      }
      at = end;
    }
    out.fill(0, 0, at);
    const verdict = { attack: this.#isAttack(scores), score, scores, findings };
    return { verdict, whole: hit === hits };
  }

  /** Of a path in JSON the last key tells as well. */
  #isSecret(name: string): boolean {
    const key = name
      .replace(/(?:\[\])+$/, '')
      .split('.')
      .at(-1) as string;
    return this.#secretName.test(name) || this.#secretName.test(key);
  }

  /** The verdict with what something else adds to the score, under a category of its own. */
  withScore(verdict: HttpVerdict, category: string, added: number): HttpVerdict {
    const scores = { ...verdict.scores, [category]: (verdict.scores[category] ?? 0) + added };
    return { ...verdict, attack: this.#isAttack(scores), score: verdict.score + added, scores };
  }

  #isAttack(scores: Readonly<Record<string, number>>): boolean {
    let general = 0;
    for (const [name, sum] of Object.entries(scores)) {
      const threshold = this.#thresholds[name];
      if (threshold === undefined) general += sum;
      else if (sum >= threshold) return true;
    }
    return general >= this.#threshold;
  }
}
