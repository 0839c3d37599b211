// All tests of the page in one file: they share one browser, and the page is built once.
import { afterAll, beforeAll } from 'vitest';
import { buildPage, closeBrowser, hasBrowser } from './browser.ts';

beforeAll(async () => {
  if (hasBrowser) await buildPage();
}, 120_000);
afterAll(closeBrowser);

await import('./watching.ts');
await import('./acting.ts');
await import('./everywhere.ts');
