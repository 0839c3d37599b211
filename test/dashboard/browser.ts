import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { globSync } from 'tinyglobby';
import type { Service, ServiceOptions } from '../../src/server/index.ts';
import { ndjson } from '../pipeline/rules.ts';
import { withService } from '../server/running.ts';
import { send } from '../server/send.ts';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executable = [process.env['WOLFSEC_CHROMIUM'] ?? [], usual].flat().find(existsSync);
/** Whether there is a browser to look at the page with. */
export const hasBrowser = executable !== undefined;
if (!hasBrowser) console.info('skipped: there is no Chromium here; WOLFSEC_CHROMIUM may name one');

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Promise<Browser> | undefined;
/** One for all tests. A browser of the superuser's refuses to run within its sandbox. */
function launched(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser ??= chromium.launch({ executablePath: executable as string, args });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** The page as its sources are now. */
export async function buildPage(): Promise<void> {
  const index = path('../../dist/dashboard/index.html');
  const builtMs = existsSync(index) ? statSync(index).mtimeMs : 0;
  const sources = globSync('**/*', { cwd: path('../../src/dashboard'), absolute: true });
  if (sources.some((file) => statSync(file).mtimeMs > builtMs)) {
    await import('../../scripts/build-dashboard.ts');
  }
}

/** A page, the service it shows, and what went wrong in it that no test expects. */
export interface Seen {
  readonly page: Page;
  readonly service: Service;
  /** Violations of the page's policy, requests to others, and errors that nobody caught. */
  readonly faults: string[];
  goTo(place: string): Promise<void>;
  /** Another page, of the same reader. */
  another(): Promise<Page>;
}

interface SeenOptions extends BrowserContextOptions {
  readonly rules?: ServiceOptions['rules'];
  /** Sign in before the test begins. Default `true`. */
  readonly signedIn?: boolean;
}

/** Runs a service and opens its page, signed in. */
export function withPage(use: (seen: Seen) => Promise<void>, options: SeenOptions = {}): () => Promise<void> {
  const { rules, signedIn = true, ...context } = options;
  return () =>
    withService(
      {},
      async (service) => {
        const reader = await (await launched()).newContext({
          viewport: { width: 1280, height: 800 },
          ...context,
        });
        const faults: string[] = [];
        const another = async () => {
          const page = await reader.newPage();
          page.setDefaultTimeout(15_000);
          await watch(page, service.url, faults);
          return page;
        };
        try {
          const page = await another();
          const goTo = (place: string) => page.goto(`${service.url}/#/${place}`).then(() => {});
          await goTo(signedIn ? `sign-in/${await service.users.link()}` : '');
          if (signedIn) await page.getByRole('navigation', { name: 'Pages' }).waitFor();
          await use({ page, service, faults, goTo, another });
        } finally {
          await reader.close();
        }
      },
      rules,
    );
}

/** Runs in the page. */
const watchPolicy = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  tell(violatedDirective + ' refuses ' + blockedURI));`;

async function watch(page: Page, url: string, faults: string[]): Promise<void> {
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url) faults.push(`asks ${request.url()}`);
  });
  await page.exposeFunction('tell', (text: string) => void faults.push(text));
  await page.addInitScript({ content: watchPolicy });
  await page.addInitScript({ content: axe });
}

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds serious or critical, as `rule: element`. */
export async function axeFindings(page: Page): Promise<string[]> {
  const found = await page.evaluate<Finding[]>('axe.run().then(({ violations }) => violations)');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Sends events that happen now, and waits until their alerts are stored. */
export async function raise(service: Service, ...events: object[]): Promise<void> {
  const now = new Date().toISOString();
  const body = ndjson(events.map((one) => ({ '@timestamp': now, ...one })));
  const { status } = await send(service.url, '/v1/events', body);
  if (status !== 200) throw new Error(`the service answered ${status}`);
  await service.alerts.flush();
}

/** Every alert that is stored, newest first. */
export const storedAlerts = (service: Service) => service.store.alerts.list({}, { limit: 100 });

export const gone = (locator: Locator) => locator.waitFor({ state: 'hidden' });

/** The row of a list or table that has the text in it. */
export const rowOf = (page: Page, text: string) => page.locator('[data-row]').filter({ hasText: text });
