import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlertBook } from '../../src/alert/book.ts';
import { Change } from '../../src/alert/change.ts';
import type { Notification } from '../../src/alert/notification.ts';
import { RouteTree } from '../../src/alert/route.ts';
import { detection, startMs } from './samples.ts';

const intervalMs = 60_000;

type Step =
  | { readonly do: 'raise'; readonly group: number; readonly user: number }
  | { readonly do: 'again'; readonly back: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'silence'; readonly user: number; readonly forMs: number }
  | { readonly do: 'resolve'; readonly group: number; readonly user: number }
  | { readonly do: 'acknowledge'; readonly group: number; readonly user: number };

const user = fc.nat(2);
const group = fc.nat(1);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('raise' as const), group, user }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), back: fc.nat(3) }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('silence' as const),
        user,
        forMs: fc.integer({ min: 1, max: 150_000 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('resolve' as const), group, user }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), group, user }) },
  ),
  { maxLength: 60 },
);

/**
 * The same rules in the plainest way: alerts as counts, groups as lists, everything looked through every time. A
 * group tells what is new in it and not silenced: at once where it has told nothing yet, else when the interval is over.
 */
class Model {
  readonly alerts: {
    group: number;
    user: number;
    count: number;
    status: 'open' | 'acknowledged' | 'resolved';
  }[] = [];
  readonly news = [new Set<number>(), new Set<number>()];
  readonly toldMs: (number | undefined)[] = [undefined, undefined];
  silences: { user: number; endsMs: number }[] = [];
  readonly told: string[] = [];

  raise(group: number, user: number, nowMs: number): void {
    let at = this.#live(group, user);
    if (at === -1) at = this.alerts.push({ group, user, count: 0, status: 'open' }) - 1;
    const alert = this.alerts[at]!;
    alert.count++;
    if (alert.status === 'acknowledged') return;
    this.news[group]!.add(at);
    if (!this.#silenced(user, nowMs)) this.#tell(group, nowMs);
  }

  resolve(group: number, user: number, nowMs: number): void {
    const at = this.#live(group, user);
    if (at === -1) return;
    this.alerts[at]!.status = 'resolved';
    this.news[group]!.add(at);
    if (!this.alerts.some((one) => one.group === group && one.status !== 'resolved'))
      this.#tell(group, nowMs, true);
  }

  acknowledge(group: number, user: number): void {
    const at = this.#live(group, user);
    if (at === -1 || this.alerts[at]!.status !== 'open') return;
    this.alerts[at]!.status = 'acknowledged';
    this.news[group]!.delete(at);
  }

  tick(nowMs: number): void {
    for (const group of [0, 1]) {
      if (this.news[group]!.size > 0) this.#tell(group, nowMs);
      const empty = this.news[group]!.size === 0;
      // A group in which nothing is left is forgotten: the next alert is its first again.
      if (empty && !this.alerts.some((one) => one.group === group && one.status !== 'resolved')) {
        this.toldMs[group] = undefined;
      }
    }
    this.silences = this.silences.filter(({ endsMs }) => endsMs > nowMs);
  }

  #live = (group: number, user: number) =>
    this.alerts.findIndex((one) => one.group === group && one.user === user && one.status !== 'resolved');

  #silenced = (user: number, nowMs: number) =>
    this.silences.some((one) => one.user === user && nowMs < one.endsMs);

  #tell(group: number, nowMs: number, atOnce = false): void {
    const before = this.toldMs[group];
    if (!atOnce && before !== undefined && nowMs < before + intervalMs) return;
    const loud = [...this.news[group]!].filter((at) => !this.#silenced(this.alerts[at]!.user, nowMs));
    const firing = loud.filter((at) => this.alerts[at]!.status !== 'resolved');
    if (firing.length === 0 && before === undefined) {
      for (const at of loud) this.news[group]!.delete(at);
      return;
    }
    if (loud.length === 0) return;
    for (const at of loud) this.news[group]!.delete(at);
    this.toldMs[group] = nowMs;
    const users = loud.map((at) => `${this.alerts[at]!.user}x${this.alerts[at]!.count}`).sort();
    const open = this.alerts.some(
      (one) => one.group === group && one.status !== 'resolved' && !this.#silenced(one.user, nowMs),
    );
    this.told.push(`${group} ${firing.length > 0 || open ? 'firing' : 'resolved'} ${users.join(' ')}`);
  }
}

/** What a step of the book tells. */
function noted(step: (change: Change) => unknown): Notification[] {
  const change = new Change();
  step(change);
  return change.notifications;
}

function describe({ labels, status, alerts }: Notification): string {
  const users = alerts.map(({ entities, count }) => `${entities['user.name']!.slice(5)}x${count}`).sort();
  return `${labels['host.name']} ${status} ${users.join(' ')}`;
}

test('grouping and silences behave as the plain model does, and never lose an alert', () => {
  fc.assert(
    fc.property(steps, (list: readonly Step[]) => {
      const routes = new RouteTree(
        { receiver: 'r', groupBy: ['host.name'], groupIntervalMs: intervalMs, repeatIntervalMs: 0 },
        ['r'],
      );
      const book = new AlertBook({ routes, resolveAfterMs: 0 });
      const model = new Model();
      const told: Notification[] = [];
      const raised: number[] = [];
      let nowMs = startMs;
      let next = 0;
      const one = (n: number, g: number, u: number) =>
        detection(n, { entities: { 'host.name': String(g), 'user.name': `user-${u}` } });
      const idOf = (g: number, u: number) =>
        [...book.alerts.values()].find(
          ({ entities, status }) =>
            status !== 'resolved' &&
            entities['host.name'] === String(g) &&
            entities['user.name'] === `user-${u}`,
        )?.id ?? 'none';
      for (const step of list) {
        if (step.do === 'raise') {
          raised.push(next);
          told.push(
            ...noted((change) => book.raise(one(next, step.group, step.user), `d${next}`, 0, nowMs, change)),
          );
          model.raise(step.group, step.user, nowMs);
          next++;
        } else if (step.do === 'again') {
          const known = raised.at(-1 - step.back);
          if (known !== undefined) expect(book.counted(`d${known}`)).toBe(true);
        } else if (step.do === 'wait') {
          nowMs += step.ms;
          const notifications = noted((change) => book.tick(nowMs, change));
          told.push(...notifications.sort((a, b) => (describe(a) < describe(b) ? -1 : 1)));
          model.tick(nowMs);
        } else if (step.do === 'silence') {
          const silence = {
            matchers: [`user.name=user-${step.user}`],
            endsMs: nowMs + step.forMs,
            createdBy: 'x',
          };
          book.silences.put(book.silences.make(`s${next++}`, silence, nowMs));
          model.silences.push({ user: step.user, endsMs: silence.endsMs });
        } else if (step.do === 'resolve') {
          told.push(
            ...noted((change) => book.resolve(idOf(step.group, step.user), 'x', undefined, nowMs, change)),
          );
          model.resolve(step.group, step.user, nowMs);
        } else {
          noted((change) => book.acknowledge(idOf(step.group, step.user), 'x', undefined, nowMs, change));
          model.acknowledge(step.group, step.user);
        }
      }
      expect(told.map(describe)).toEqual(model.told);
      expect(new Set(told.map(({ key }) => key)).size).toBe(told.length);
      const counts = [...book.alerts.values()].reduce((sum, { count }) => sum + count, 0);
      expect(counts).toBe(raised.length);
      expect(counts).toBe(model.alerts.reduce((sum, { count }) => sum + count, 0));
    }),
    { numRuns: 2_000 },
  );
});
