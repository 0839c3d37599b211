import { expect, test } from 'vitest';
import { LearnedKeeper } from '../../src/pipeline/index.ts';
import { Reputation } from '../../src/reputation/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

const startMs = Date.UTC(2026, 0, 1);
const from = (address: string) => [{ level: 'high', entities: { 'source.ip': address } }];
const open = () => openStore({ dataFolder: ':memory:', sweepEveryMs: false });

test('what detections taught outlives the process, and goes on decaying', async () => {
  await using store = await open();
  let nowMs = startMs;
  const now = () => nowMs;
  const first = new Reputation({ now });
  const keeper = await LearnedKeeper.open({ reputation: first, store, now });
  for (let n = 0; n < 4; n++) first.learn(from('192.0.2.1'));
  first.learn(from('2001:db8::1'));
  const before = first.check('192.0.2.1').score;
  expect(before).toBeGreaterThan(50);
  // Written down without a word of farewell, as a killed process has it.
  await keeper.keep();

  const second = new Reputation({ now });
  await using again = await LearnedKeeper.open({ reputation: second, store, now });
  expect(second.check('192.0.2.1').score).toBeCloseTo(before);
  expect(second.check('2001:db8::1').score).toBeCloseTo(first.check('2001:db8::1').score);
  nowMs += 86_400_000;
  expect(second.check('192.0.2.1').score).toBeLessThan(before);
  second.learn(from('192.0.2.1'));
  await again.close();
  const third = new Reputation({ now });
  await using last = await LearnedKeeper.open({ reputation: third, store, now });
  expect(third.check('192.0.2.1').score).toBeCloseTo(second.check('192.0.2.1').score);
  await last.close();
  await keeper.close();
});

test('only what changed is written, and a store that is away is told of and tried again', async () => {
  await using store = await open();
  const written: number[] = [];
  let away = false;
  const reputation: Store['reputation'] = {
    ...store.reputation,
    async put(entries) {
      if (away) throw new Error('away');
      written.push(entries.length);
      await store.reputation.put(entries);
    },
  };
  let nowMs = startMs;
  const taught = new Reputation({ now: () => nowMs });
  const errors: unknown[] = [];
  const keeper = await LearnedKeeper.open({
    reputation: taught,
    store: { ...store, reputation },
    now: () => nowMs,
    onError: (error) => errors.push(error),
  });
  for (let n = 0; n < 1_200; n++) taught.learn(from(`192.0.${n >> 8}.${n & 255}`));
  nowMs += 1;
  await keeper.keep();
  expect(written).toEqual([500, 500, 200]);
  nowMs += 1_000;
  taught.learn(from('192.0.2.2'));
  away = true;
  await expect(keeper.keep()).rejects.toThrow('away');
  nowMs += 1_000;
  away = false;
  await keeper.keep();
  expect(written.at(-1)).toBe(1);
  away = true;
  taught.learn(from('192.0.2.3'));
  await keeper.close();
  expect(errors).toHaveLength(1);
});

test('of more than are brought back, the latest are', async () => {
  await using store = await open();
  let nowMs = startMs;
  const now = () => nowMs;
  const first = new Reputation({ now });
  const keeper = await LearnedKeeper.open({ reputation: first, store, now });
  for (const n of [1, 9, 3, 7, 5]) {
    first.learn(from(`192.0.2.${n}`));
    nowMs += 1_000;
  }
  await keeper.close();
  const second = new Reputation({ now, learn: { maxEntries: 3 } });
  await using again = await LearnedKeeper.open({ reputation: second, store, maxEntries: 3, now });
  expect(second.learned().map(({ indicator }) => indicator)).toEqual(['192.0.2.5', '192.0.2.7', '192.0.2.3']);
  second.learn(from('192.0.2.8'));
  expect(second.check('192.0.2.3').score).toBe(0);
  await again.close();
});

test('a clock that is set back loses nothing that is learned after', async () => {
  await using store = await open();
  let nowMs = startMs;
  const now = () => nowMs;
  const taught = new Reputation({ now });
  const keeper = await LearnedKeeper.open({ reputation: taught, store, now });
  taught.learn(from('192.0.2.1'));
  await keeper.keep();
  nowMs -= 3_600_000;
  taught.learn(from('192.0.2.2'));
  nowMs += 60_000;
  await keeper.close();
  const rows = await store.reputation.list('learned', nowMs);
  expect(rows.map(({ indicator }) => indicator)).toEqual(['192.0.2.1', '192.0.2.2']);
});

test('a time between two writes that no timer holds is refused', async () => {
  await using store = await open();
  for (const everyMs of [0, Number.NaN, Infinity, 2 ** 31]) {
    const opening = LearnedKeeper.open({ reputation: new Reputation(), store, everyMs });
    await expect(opening).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  }
});
