import { expect, test } from 'vitest';
import { Reputation } from '../../src/reputation/index.ts';

test('blanks beside quoted fields of CSV are none of them', async () => {
  const reputation = new Reputation();
  const text = `# "first_seen", "ioc", "malware"
"2026-01-01 00:00:00", "192.0.2.1", "one, two"
"2026-01-01 00:00:00" ,\t"192.0.2.2"\t, "say ""x""" \r
2026-01-01, 192.0.2.3 , bare "word"
"2026-01-01", "192.0.2.4", ""\n`;
  const status = await reputation.load({
    name: 'csv',
    format: 'csv',
    text,
    csv: { indicator: 1, category: 2 },
  });
  expect(status).toMatchObject({ size: 4, invalid: 0 });
  const category = (ip: string) => reputation.check(ip).sources[0]?.category;
  expect(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map(category)).toEqual([
    'one, two',
    'say "x"',
    'bare "word"',
    'csv',
  ]);
  await reputation.load({
    name: 'tabs',
    format: 'csv',
    text: 'a\t192.0.2.9\t\n',
    csv: { indicator: 1, delimiter: '\t' },
  });
  expect(reputation.check('192.0.2.9').score).toBeGreaterThan(0);
});
