import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RuleSource } from '../../src/detect/index.ts';
import { FleetRules } from '../../src/fleet/rules.ts';
import type { Member } from '../../src/fleet/share.ts';
import { openStore, type Store } from '../../src/store/index.ts';

const set = (text: string): RuleSource[] => [{ file: `${text}.yml`, text }];

let store: Store;
let nowMs: number;
beforeEach(async () => {
  nowMs = 1_000_000;
  store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
});
afterEach(() => store.close());

/** A worker's rules, and what it switched to so far. */
function worker(id: string, held?: Promise<void>) {
  const texts = new Map<string, string>();
  const used: string[] = [];
  const rules = new FleetRules({
    records: store.records,
    prefix: 'test',
    patienceMs: 60_000,
    now: () => nowMs,
    async prepare(sources, version) {
      if (used.length > 0) await held;
      texts.set(version, sources.map(({ text }) => text).join());
    },
    async activate(version) {
      used.push(texts.get(version) as string);
    },
  });
  const member = (): Member => ({ id, about: { ready: rules.ready } }) as unknown as Member;
  return { rules, used, member };
}

const readyOf = ({ about }: Member) => (about as { ready?: string }).ready;
/** One beat of each, knowing what all said before it. */
async function beat(...workers: ReturnType<typeof worker>[]) {
  const members = workers.map(({ member }) => member());
  for (const { rules } of workers) await rules.beat(members, readyOf);
}

test('the first worker decides, and later ones take its rules', async () => {
  const [first, second] = [worker('a'), worker('b')];
  await first.rules.start(set('one'));
  await second.rules.start(set('another'));
  expect([first.used, second.used]).toEqual([['one'], ['one']]);
  expect(second.rules.active).toBe(first.rules.active);
});

test('announced rules are switched to together, when all are ready', async () => {
  const [first, second] = [worker('a'), worker('b')];
  await first.rules.start(set('one'));
  await second.rules.start(set('one'));
  const version = await second.rules.announce(set('two'));
  await beat(first, second);
  // Both have made them ready, and neither knows of the other.
  expect([first.used, second.used]).toEqual([['one'], ['one']]);
  await beat(first, second);
  await beat(first, second);
  expect([first.used, second.used]).toEqual([
    ['one', 'two'],
    ['one', 'two'],
  ]);
  expect([first.rules.active, second.rules.active]).toEqual([version, version]);
});

test('one that does not get ready holds the others up for a minute at most', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const [quick, slow] = [worker('a'), worker('b', held)];
  await quick.rules.start(set('one'));
  await slow.rules.start(set('one'));
  await quick.rules.announce(set('two'));
  const slowBeat = slow.rules.beat([quick.member(), slow.member()], readyOf);
  for (let count = 0; count < 3; count++) await quick.rules.beat([quick.member(), slow.member()], readyOf);
  expect(quick.used).toEqual(['one']);
  nowMs += 60_001;
  await quick.rules.beat([quick.member(), slow.member()], readyOf);
  expect(quick.used).toEqual(['one', 'two']);
  release();
  await slowBeat;
  await slow.rules.beat([quick.member(), slow.member()], readyOf);
  expect(slow.used).toEqual(['one', 'two']);
});

test('the same rules have the same version, in whatever order', async () => {
  const { rules, used } = worker('a');
  await rules.start([...set('one'), ...set('two')]);
  expect(await rules.announce([...set('two'), ...set('one')])).toBe(rules.active);
  await rules.beat([], readyOf);
  expect(used).toHaveLength(1);
});
