import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { samples } from '../../scripts/samples/all.ts';

const folder = resolve(import.meta.dirname, '../../samples');
const texts = Object.keys(samples).map(
  (name) => [name, readFileSync(resolve(folder, name), 'utf8')] as const,
);

describe('samples', () => {
  test.each(texts)('%s is what scripts/make-samples.ts writes', (name, text) => {
    expect(text).toBe(samples[name]?.());
  });

  test.each(texts)('%s has addresses and names for documentation only', (_, text) => {
    const reserved =
      /^(?:10\.|127\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|169\.254\.169\.254$|0\.0\.0\.0$)/;
    const addresses = (text.match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g) ?? []).filter(
      (address) => !reserved.test(address) && !text.includes(`/${address} `),
    );
    expect(addresses).toEqual([]);
    const mails = text.match(/[\w.]+@[\w.-]+\.\w+/g) ?? [];
    expect(mails.filter((mail) => !/@(?:\w+\.)*example\.com$/i.test(mail))).toEqual([]);
  });

  test('they are small', () => {
    expect(texts.reduce((bytes, [, text]) => bytes + Buffer.byteLength(text), 0)).toBeLessThan(200_000);
  });
});
