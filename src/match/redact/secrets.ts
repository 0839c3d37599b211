import { cardNumbers, type Span } from './card.ts';

/** How one kind of secret is found. */
export interface SecretRule {
  /** In the linear-time subset of {@link PatternSet}. */
  readonly regex: string;
  /** The parts of a match to replace, as spans of it; without it, all of it. */
  readonly parts?: (matched: string) => readonly Span[];
}

/** What follows the last blank, quote or separator that `before` ends in. */
const after =
  (before: RegExp) =>
  (matched: string): readonly Span[] => {
    const lead = before.exec(matched)?.[0].length ?? 0;
    return [[lead, matched.length]];
  };

/** The password in `scheme://user:password@`. */
function urlPassword(matched: string): readonly Span[] {
  const user = matched.indexOf('://') + 3;
  return [[matched.indexOf(':', user) + 1, matched.length - 1]];
}

const secretNames = [
  'pass(?:word|wd|phrase)?',
  'pwd',
  'secret',
  '(?:api|access|secret|private|encryption|signing)[_-]?key',
  '(?:access|auth|api|refresh|session|id)[_-]?token',
  'client[_-]?secret',
].join('|');

/** The kinds of secrets that are known by their look. */
export const secretRules = {
  /** PEM (RFC 7468) and OpenPGP private keys, also one that is cut off. */
  'private-key': {
    regex:
      '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\\z)',
  },
  /** JSON Web Tokens in compact form, signed (RFC 7515) or encrypted (RFC 7516). */
  jwt: { regex: '\\beyJ[\\w-]{6,}\\.[\\w-]*\\.[\\w-]*(?:\\.[\\w-]*\\.[\\w-]*)?' },
  /** Credentials of an Authorization header (RFC 9110 section 11.4), and bearer tokens anywhere. */
  authorization: {
    regex:
      '(?i)(?:authorization["\']?\\s*[:=]\\s*["\']?(?:basic|bearer|digest|negotiate|token)\\s+[^\\s"\',]+|\\bbearer\\s+[\\w.~+/=-]{16,})',
    parts: after(/^(?:authorization["']?\s*[:=]\s*["']?)?\w+\s+/i),
  },
  /** The password in a URL (RFC 3986 section 3.2.1). */
  'url-credentials': {
    regex: '[A-Za-z][A-Za-z0-9+.-]*://[^\\s/?#@:"\'<>]*:[^\\s/?#@"\'<>]+@',
    parts: urlPassword,
  },
  'aws-access-key': { regex: '\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\\b' },
  'github-token': { regex: '\\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\\w{22,})' },
  'gitlab-token': { regex: '\\bgl(?:pat|ptt|dt|rt|soat|cbt)-[\\w-]{20,}' },
  'slack-token': { regex: '\\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\\bxapp-\\d-[A-Za-z0-9-]{10,}' },
  'stripe-key': { regex: '\\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|\\bwhsec_[A-Za-z0-9+/=]{24,}' },
  'google-api-key': { regex: '\\bAIza[\\w-]{35}' },
  'npm-token': { regex: '\\bnpm_[A-Za-z0-9]{36}\\b' },
  'model-api-key': { regex: '\\bsk-(?:ant-|proj-|svcacct-)?[\\w-]{20,}' },
  /** The value of a field whose name tells that it is secret: `password=…`, `"api_key": "…"`. */
  assignment: {
    regex: `(?i)\\b(?:\\w*[_-])?(?:${secretNames})(?:"\\s*:\\s*"[^"\\n]+|'\\s*[:=]\\s*'[^'\\n]+|\\s*[:=]\\s*(?:"[^"\\n]+|'[^'\\n]+|[^\\s"'&,;<>]+))`,
    parts: after(/^[\w-]+["']?\s*[:=]\s*["']?/),
  },
  card: { regex: '\\d(?:[ -]?\\d){12,}', parts: cardNumbers },
  /** Addresses of RFC 5321 in their usual form: no quoted local parts, no address literals. */
  email: { regex: "[\\w.%+'-]+@(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,}" },
} as const satisfies Record<string, SecretRule>;

/** A kind of secret that is recognised. */
export type SecretKind = keyof typeof secretRules;

/** All kinds; where secrets overlap the earlier kind names them. */
export const secretKinds = Object.keys(secretRules) as readonly SecretKind[];
