import { describe, expect, it } from 'vitest';
import { Enricher, type EnrichmentHook } from '../../src/alert/index.ts';
import { detection } from './samples.ts';

const assets: EnrichmentHook = {
  name: 'assets',
  key: ({ entities }) => entities?.['host.name'],
  look: async (host) => ({ entities: { 'host.name': 'other', owner: `of ${host}` }, tags: ['asset'] }),
};
const at = (host: string, n = 0) => ({ ...detection(n), entities: { 'host.name': host } });

describe('enrichment', () => {
  it('adds entities and tags, leaves those that are there, and asks once for each key', async () => {
    const enricher = new Enricher([assets]);
    const [one, two] = await enricher.enrich([at('db1', 1), at('db1', 2)]);
    expect(one?.entities).toEqual({ 'host.name': 'db1', owner: 'of db1' });
    expect(two?.tags).toContain('asset');
    await enricher.enrich([at('db1', 3)]);
    expect(enricher.figures()).toEqual({ assets: { hits: 1, looked: 1, failed: 0, skipped: 0 } });
  });

  it('goes on without hooks that fail, hang, throw or are overloaded', async () => {
    const key = assets.key;
    const enricher = new Enricher([
      { name: 'rejects', key, look: () => Promise.reject(new Error('away')) },
      { name: 'hangs', key, look: () => new Promise(() => {}), timeoutMs: 20 },
      {
        name: 'throws',
        key: () => {
          throw new Error('no such field');
        },
        look: async () => undefined,
      },
      { ...assets, name: 'narrow', concurrency: 1 },
    ]);
    const batch = [at('db1', 1), at('db2', 2)];
    const [one, two] = await enricher.enrich(batch);
    expect(one?.entities?.owner).toBe('of db1');
    expect(two).toBe(batch[1]);
    expect(enricher.figures()).toEqual({
      rejects: { hits: 0, looked: 2, failed: 2, skipped: 0 },
      hangs: { hits: 0, looked: 2, failed: 2, skipped: 0 },
      throws: { hits: 0, looked: 0, failed: 2, skipped: 0 },
      narrow: { hits: 0, looked: 1, failed: 0, skipped: 1 },
    });
  });

  it('asks again after a failure, and remembers that nothing is known', async () => {
    let asked = 0;
    const answers = [() => Promise.reject(new Error('away')), async () => undefined];
    const enricher = new Enricher([{ ...assets, look: () => answers[asked++]!() }]);
    for (let n = 0; n < 3; n++) await enricher.enrich([at('db1', n)]);
    expect(asked).toBe(2);
  });
});
