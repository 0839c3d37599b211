import type { Backend } from '../../backend/backend.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument } from '../../errors.ts';
import { PatternSet } from '../patterns.ts';
import type { Pattern } from '../program.ts';
import { type SecretKind, type SecretRule, secretKinds, secretRules } from './secrets.ts';

/** A secret in a text: byte offsets in its UTF-8, the end outside. */
export interface Secret {
  /** A {@link SecretKind}, or the name of a pattern of one's own. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Settings of {@link Redactor}. */
export interface RedactorOptions {
  /** Kinds to look for. Default: all. */
  readonly kinds?: readonly SecretKind[];
  /** Patterns of one's own by name; all of a match is secret. */
  readonly patterns?: Readonly<Record<string, Pattern<string>>>;
  /** What stands in a secret's place. Default: `[redacted:KIND]`. */
  readonly replacement?: string | ((kind: string) => string);
  readonly backend?: Backend;
}

/** Finds and replaces secrets in text. */
export class Redactor {
  private readonly set: PatternSet<string>;
  private readonly order: ReadonlyMap<string, number>;
  private readonly replacement: (kind: string) => string;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an unknown kind, and as {@link PatternSet} does. */
  constructor(options: RedactorOptions = {}) {
    const { kinds = secretKinds, patterns = {}, replacement, backend = activeBackend() } = options;
    const rules: Pattern<string>[] = kinds.map((kind) => {
      if (!Object.hasOwn(secretRules, kind))
        throw invalidArgument('kinds', `of ${secretKinds.join(', ')}, not ${kind}`);
      return { id: kind, regex: secretRules[kind].regex };
    });
    for (const [id, pattern] of Object.entries(patterns)) {
      if (Object.hasOwn(secretRules, id))
        throw invalidArgument(`patterns.${id}`, 'named unlike the known kinds');
      rules.push(typeof pattern === 'string' ? { id, literal: pattern } : { ...pattern, id });
    }
    this.set = new PatternSet(rules, backend);
    this.order = new Map([...kinds, ...Object.keys(patterns)].map((kind, i) => [kind, i]));
    this.replacement =
      typeof replacement === 'string' ? () => replacement : (replacement ?? ((kind) => `[redacted:${kind}]`));
  }

  /** The secrets in the text, or its UTF-8, from left to right; those that overlap are one. */
  find(text: string | Uint8Array): Secret[] {
    if (typeof text !== 'string' && !(text instanceof Uint8Array))
      throw invalidArgument('text', 'a string or a Uint8Array');
    if (!this.set.isMatch(text)) return [];
    return this.findIn(
      typeof text === 'string'
        ? Buffer.from(text)
        : Buffer.from(text.buffer, text.byteOffset, text.byteLength),
    );
  }

  /** Replaces secrets; gives back the very same string where there are none. */
  redact(text: string): string {
    if (typeof text !== 'string') throw invalidArgument('text', 'a string');
    if (!this.set.isMatch(text)) return text;
    const bytes = Buffer.from(text);
    const secrets = this.findIn(bytes);
    if (secrets.length === 0) return text;
    let redacted = '';
    let at = 0;
    for (const { kind, start, end } of secrets) {
      redacted += bytes.toString('utf8', at, start) + this.replacement(kind);
      at = end;
    }
    return redacted + bytes.toString('utf8', at);
  }

  private findIn(bytes: Buffer): Secret[] {
    const secrets = this.set.matches(bytes).flatMap(({ id, start, end }): Secret[] => {
      const rule: SecretRule | undefined = Object.hasOwn(secretRules, id)
        ? secretRules[id as SecretKind]
        : undefined;
      if (!rule?.parts) return end > start ? [{ kind: id, start, end }] : [];
      // One character a byte, so that places in the match are byte offsets.
      const parts = rule.parts(bytes.toString('latin1', start, end));
      return parts.map(([from, to]) => ({ kind: id, start: start + from, end: start + to }));
    });
    const rank = ({ kind }: Secret) => this.order.get(kind)!;
    return this.merge(secrets.sort((a, b) => a.start - b.start || rank(a) - rank(b)));
  }

  /** Joins overlapping secrets: replacing one alone would leave a part of the other. */
  private merge(sorted: readonly Secret[]): Secret[] {
    const merged: Secret[] = [];
    for (const secret of sorted) {
      const last = merged.at(-1);
      if (!last || secret.start >= last.end) {
        merged.push(secret);
        continue;
      }
      // A password before a host (`app:secret@db.example`) looks like an address, but the host is none.
      if (secret.kind === 'email') continue;
      const kind = this.order.get(secret.kind)! < this.order.get(last.kind)! ? secret.kind : last.kind;
      merged[merged.length - 1] = { kind, start: last.start, end: Math.max(last.end, secret.end) };
    }
    return merged;
  }
}

let everyKind: Redactor | undefined;

/**
 * Replaces secrets of every known kind: cards with a valid check digit, keys, tokens, JWTs, private
 * keys, Authorization headers, URL passwords, secret fields and e-mail addresses. Gives back the
 * very same string where there are none.
 */
export function redact(text: string): string {
  everyKind ??= new Redactor();
  return everyKind.redact(text);
}
