import { invalidArgument } from '../errors.ts';
import type { Labels } from './labels.ts';
import { compileMatchers, type Matcher, type Matches } from './matcher.ts';

/** A branch of the routing tree. What a branch does not say it takes from the one above. */
export interface Route {
  /** Name of a receiver. The root must name one. */
  readonly receiver?: string;
  /** All must hold; none: everything. Default: everything. */
  readonly match?: readonly (Matcher | string)[];
  /** Go on to the next branch although this one took the alert. Default `false`. */
  readonly continue?: boolean;
  /** Labels whose values make a group. Default `['rule']`. */
  readonly groupBy?: readonly string[];
  /** How long the first notification of a group waits for company, in milliseconds. Default 0: it goes at once. */
  readonly groupWaitMs?: number;
  /** Shortest time between two notifications of a group. Default 5 minutes. */
  readonly groupIntervalMs?: number;
  /** When to tell again of a group that is still open and unchanged; 0 for never. Default 4 hours. */
  readonly repeatIntervalMs?: number;
  /** Notifications of this branch at most in any `perMs`; the others wait. Default: no limit. */
  readonly throttle?: { readonly notifications: number; readonly perMs: number };
  /** Tell when all alerts of a group are resolved. Default `true`. */
  readonly sendResolved?: boolean;
  readonly routes?: readonly Route[];
}

/** A leaf as it is in force, everything inherited. */
export interface Branch {
  /** Place in the tree, e.g. `0.2`; part of a group's key. */
  readonly path: string;
  readonly receiver: string;
  readonly groupBy: readonly string[];
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly throttle: Route['throttle'];
  readonly sendResolved: boolean;
}

interface Node {
  readonly branch: Branch;
  readonly matches: Matches;
  readonly goOn: boolean;
  readonly children: readonly Node[];
}

const rootDefaults = {
  groupBy: ['rule'],
  groupWaitMs: 0,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 4 * 3_600_000,
  throttle: undefined,
  sendResolved: true,
} as const;

export class RouteTree {
  readonly #root: Node;
  readonly #byPath = new Map<string, Branch>();

  constructor(root: Route, receivers: readonly string[]) {
    if (root.receiver === undefined) throw invalidArgument('route.receiver', 'the name of a receiver');
    this.#root = this.#grow(root, { ...rootDefaults, path: '0', receiver: root.receiver }, receivers);
  }

  /** The branches that take an alert, the deepest of each arm. */
  branchesOf(labels: Labels): Branch[] {
    const found: Branch[] = [];
    walk(this.#root, labels, found);
    return found.length > 0 ? found : [this.#root.branch];
  }

  at(path: string): Branch | undefined {
    return this.#byPath.get(path);
  }

  #grow(route: Route, above: Branch, receivers: readonly string[]): Node {
    const branch: Branch = {
      path: above.path,
      receiver: route.receiver ?? above.receiver,
      groupBy: route.groupBy ?? above.groupBy,
      groupWaitMs: route.groupWaitMs ?? above.groupWaitMs,
      groupIntervalMs: route.groupIntervalMs ?? above.groupIntervalMs,
      repeatIntervalMs: route.repeatIntervalMs ?? above.repeatIntervalMs,
      throttle: route.throttle ?? above.throttle,
      sendResolved: route.sendResolved ?? above.sendResolved,
    };
    check(branch, receivers);
    this.#byPath.set(branch.path, branch);
    return {
      branch,
      matches: compileMatchers(route.match ?? [], `route ${branch.path}`),
      goOn: route.continue ?? false,
      children: (route.routes ?? []).map((child, at) =>
        this.#grow(child, { ...branch, path: `${branch.path}.${at}` }, receivers),
      ),
    };
  }
}

function walk(node: Node, labels: Labels, found: Branch[]): boolean {
  if (!node.matches(labels)) return false;
  let taken = false;
  for (const child of node.children) {
    if (!walk(child, labels, found)) continue;
    taken = true;
    if (!child.goOn) break;
  }
  if (!taken) found.push(node.branch);
  return true;
}

function check(branch: Branch, receivers: readonly string[]): void {
  const at = `route ${branch.path}`;
  if (!receivers.includes(branch.receiver)) {
    const known = receivers.join(', ') || 'none given';
    throw invalidArgument(
      `${at}: receiver`,
      `one of the receivers (${known}), not ${JSON.stringify(branch.receiver)}`,
    );
  }
  for (const name of ['groupWaitMs', 'groupIntervalMs', 'repeatIntervalMs'] as const) {
    if (!(branch[name] >= 0)) throw invalidArgument(`${at}: ${name}`, 'a number of milliseconds, 0 or more');
  }
  const { throttle } = branch;
  if (throttle && !(throttle.notifications >= 1 && throttle.perMs > 0)) {
    throw invalidArgument(`${at}: throttle`, 'at least 1 notification per more than 0 ms');
  }
}
