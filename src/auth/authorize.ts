/** Who asks, as far as authorisation cares. */
export interface Entitled {
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
}

/** What is asked of them. All parts must hold; an empty requirement holds. */
export interface Requirement {
  /** All of these roles. */
  readonly roles?: readonly string[];
  /** At least one of these roles. */
  readonly anyRole?: readonly string[];
  /** All of these scopes. */
  readonly scopes?: readonly string[];
}

/** Whether the roles and scopes suffice. Names are compared exactly: no wildcards, no hierarchy. */
export function authorize({ roles = [], scopes = [] }: Entitled, requirement: Requirement): boolean {
  return (
    (requirement.roles ?? []).every((role) => roles.includes(role)) &&
    (requirement.anyRole === undefined || requirement.anyRole.some((role) => roles.includes(role))) &&
    (requirement.scopes ?? []).every((scope) => scopes.includes(scope))
  );
}
