import { expect, test } from 'vitest';
import { WolfsecError } from '../../src/errors.ts';
import { SharedJournal } from '../../src/store/index.ts';
import { describeStores } from './stores.ts';

describeStores('a journal in the store', (store) => {
  const open = async (name: string, segmentFrames = 500) => {
    const seen: string[] = [];
    const journal = await SharedJournal.open({ records: store().records, name, segmentFrames }, (record) =>
      seen.push(record),
    );
    return { journal, seen };
  };

  test('gives back what was appended, in order, to whoever opens it next', async () => {
    const { journal } = await open('order');
    const written = Array.from({ length: 120 }, (_, n) => `record ${n}`);
    for (const record of written.slice(0, 60)) await journal.append(record);
    await Promise.all(written.slice(60).map((record) => journal.append(() => record)));
    await journal.close();
    await expect(journal.append('late')).rejects.toThrow(
      expect.objectContaining({ code: 'WOLFSEC_DISPOSED' }),
    );
    expect((await open('order')).seen).toEqual(written);
    expect((await open('another')).seen).toEqual([]);
  });

  test('of two that carry it on, one writes and the other learns of it', async () => {
    const [first, second] = [await open('fence'), await open('fence')];
    await first.journal.append('a');
    const conflict = expect.objectContaining({ code: 'WOLFSEC_STORE_CONFLICT' });
    await expect(second.journal.append('b')).rejects.toThrow(conflict);
    await expect(second.journal.append('c')).rejects.toThrow(conflict);
    await first.journal.append('d');
    expect((await open('fence')).seen).toEqual(['a', 'd']);
  });

  test('a write whose answer was lost is ours, and what comes after it goes on', async () => {
    let lose = false;
    const { records } = store();
    const losing: typeof records = {
      ...records,
      put: async (...how) => {
        const version = await records.put(...how);
        if (lose) throw new WolfsecError('WOLFSEC_STORE_UNAVAILABLE', 'no answer');
        return version;
      },
    };
    const journal = await SharedJournal.open({ records: losing, name: 'lost' }, () => {});
    await journal.append('a');
    lose = true;
    for (const record of ['b', 'c']) {
      const unavailable = expect.objectContaining({ code: 'WOLFSEC_STORE_UNAVAILABLE' });
      await expect(journal.append(record)).rejects.toThrow(unavailable);
    }
    lose = false;
    await journal.append('d');
    // What was not confirmed may be there all the same.
    expect((await open('lost')).seen).toEqual(['a', 'b', 'd']);
    const { journal: other } = await open('lost');
    await other.append('e');
    const conflict = expect.objectContaining({ code: 'WOLFSEC_STORE_CONFLICT' });
    await expect(journal.append('f')).rejects.toThrow(conflict);
  });

  test('what a checkpoint replaces is dropped', async () => {
    const { journal } = await open('drop', 5);
    const begun: number[] = [];
    journal.onSegment = (segment) => begun.push(segment);
    for (let n = 0; n < 12; n++) await journal.append(`r${n}`);
    expect(begun).toEqual([2, 3]);
    journal.dropBefore(3);
    await journal.close();
    expect((await open('drop')).seen).toEqual(['r10', 'r11']);
  });
});
