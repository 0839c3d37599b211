/** A path into a YAML document: keys and list indices. */
export type NodePath = readonly (string | number)[];

/** A fault in a rule, before its place in the file is known. */
export class RuleFault extends Error {
  readonly code: 'WOLFSEC_RULE_INVALID' | 'WOLFSEC_RULE_UNSUPPORTED';
  readonly path: NodePath;

  constructor(code: RuleFault['code'], message: string, path: NodePath = []) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

export const invalid = (message: string, path?: NodePath) =>
  new RuleFault('WOLFSEC_RULE_INVALID', message, path);
/** Well-formed Sigma that no linear-time engine, or none without a placeholder's value, can run. */
export const unsupported = (message: string, path?: NodePath) =>
  new RuleFault('WOLFSEC_RULE_UNSUPPORTED', message, path);

/** Why a rule was refused, and where. */
export interface RefusedRule {
  readonly code: RuleFault['code'];
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly ruleId?: string;
  readonly title?: string;
}
