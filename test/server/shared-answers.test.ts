import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { sharedAnswers } from '../../src/server/shared-answers.ts';

test('all who ask within a moment get one answer, and one that knows of a change after it', async () => {
  let [asked, version] = [0, 0];
  const answer = sharedAnswers(
    async () => ++asked,
    () => version,
  );
  expect(await Promise.all([answer(1), answer(1), answer(2)])).toEqual([1, 1, 2]);
  version++;
  expect(await Promise.all([answer(1), answer(1)])).toEqual([3, 3]);
});

test('answers that serve nobody any more are let go', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const given: WeakRef<object>[] = [];
  const answer = sharedAnswers(
    async (hours) => {
      const made = { hours };
      given.push(new WeakRef(made));
      return made;
    },
    () => 0,
  );
  for (let hours = 1; hours <= 100; hours++) await answer(hours);
  await sleep(300);
  await answer(101);
  await sleep(0);
  collect();
  expect(given.filter((one) => one.deref() !== undefined).length).toBeLessThan(5);
});
