import { expect, test } from 'vitest';
import { starterRules } from '../../src/cli/paths.ts';
import { replay } from '../../src/cli/replay/replay.ts';
import { findInputs } from '../../src/cli/scan/inputs.ts';
import { gone, hasBrowser, raise, rowOf, storedAlerts, withPage } from './browser.ts';
import { netUser, twoRules, whoami } from './events.ts';

const seeing = test.skipIf(!hasBrowser);

seeing(
  'a name and password sign in, a wrong one is refused, and signing out shows nothing more',
  withPage(
    async ({ page, service }) => {
      expect(await service.users.add('ann', 'correct horse battery', 'full')).toMatchObject({ ok: true });
      const signIn = async (password: string) => {
        await page.getByLabel('Name').fill('ann');
        await page.getByLabel('Password').fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
      };
      await signIn('wrong horse battery');
      await page.getByRole('alert').getByText('The name, password or link does not hold').waitFor();
      await signIn('correct horse battery');
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await page.getByRole('button', { name: 'Sign out ann' }).click();
      await page.getByRole('heading', { name: 'Sign in to Wolfsec' }).waitFor();
      await page.goBack();
      expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);
    },
    { signedIn: false },
  ),
);

seeing(
  'a link signs in once, and its token leaves the address',
  withPage(
    async ({ page, service, goTo }) => {
      const place = `sign-in/${await service.users.link()}`;
      await goTo(place);
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      expect(page.url()).toBe(`${service.url}/#/`);
      await page.getByRole('button', { name: /^Sign out/ }).click();
      await goTo(place);
      await page.getByRole('alert').getByText('This link has served').waitFor();
    },
    { signedIn: false },
  ),
);

seeing(
  'an account that may only read is offered nothing to change',
  withPage(
    async ({ page, service }) => {
      await raise(service, whoami(1));
      await service.users.add('bob', 'correct horse battery', 'readOnly');
      await page.getByLabel('Name').fill('bob');
      await page.getByLabel('Password').fill('correct horse battery');
      await page.keyboard.press('Enter');
      await rowOf(page, 'Whoami').waitFor();
      expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
    },
    { signedIn: false },
  ),
);

seeing(
  'an attack appears while it happens, from the samples to the page',
  withPage(
    async ({ page, service }) => {
      await page.getByText('Nothing is open').waitFor();
      const samples = new URL('../../samples/auth.log', import.meta.url).pathname;
      const played = replay(findInputs([samples]), { url: service.url, rate: 200, now: true });
      const seen = rowOf(page, 'SSH Login Succeeds After a Brute Force').waitFor();
      expect((await Promise.all([played, seen]))[0].detections).toBeGreaterThan(0);
      const critical = page.getByRole('list', { name: 'Open alerts by level' }).getByRole('link');
      await expect.poll(() => critical.first().innerText()).toMatch(/^[1-9]/);
      const events = page.getByRole('region', { name: 'Engine' }).getByText(/^[1-9][\d.]*\/s/);
      await expect.poll(() => events.count()).toBeGreaterThan(0);
    },
    { rules: [starterRules] },
  ),
);

seeing(
  'the list shows what fits its filters, and its address keeps them',
  withPage(
    async ({ page, service, goTo }) => {
      await raise(service, whoami(1), whoami(2), netUser(3));
      await goTo('alerts');
      const rows = page.getByRole('list', { name: 'Alerts' }).locator('[data-row]');
      await expect.poll(() => rows.count()).toBe(3);
      await page.getByRole('checkbox', { name: 'Low' }).check();
      await expect.poll(() => rows.count()).toBe(1);
      expect(await rows.innerText()).toContain('Accounts Listed');
      await page.getByRole('checkbox', { name: 'Low' }).uncheck();
      await page.getByRole('searchbox', { name: 'Host' }).fill('host-2');
      // One row may still be that of the filter before.
      await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining('host-2')]);
      expect(page.url()).toContain('host=host-2');
      await page.reload();
      await expect.poll(() => rows.count()).toBe(1);
      expect(await page.getByRole('searchbox', { name: 'Host' }).inputValue()).toBe('host-2');
      await page.getByRole('searchbox', { name: 'Title' }).fill('accounts');
      await page.getByText('No alert fits').waitFor();
      await page.getByRole('searchbox', { name: 'Host' }).fill('');
      await expect.poll(() => rows.count()).toBe(1);
    },
    { rules: twoRules },
  ),
);

seeing(
  "one alert shows what matched in its event, its rule, its technique and its entities' history",
  withPage(async ({ page, service, goTo }) => {
    await raise(service, whoami(1, '192.0.2.7'), whoami(2, '192.0.2.7'));
    const alert = (await storedAlerts(service)).find(({ entities }) => entities['host.name'] === 'host-1');
    await goTo(`alerts/${alert?.id}`);
    const region = (name: string) => page.getByRole('region', { name, exact: true });
    await page.getByRole('heading', { name: 'Whoami' }).waitFor();
    expect(await region('What matched').innerText()).toMatch(/CommandLine\s+whoami \/all 1/);
    const marks = region('Event').locator('mark').first();
    expect(await marks.innerText()).toBe('"whoami /all 1"');
    await page.getByRole('radio', { name: 'As it came' }).check();
    await expect.poll(() => marks.innerText()).toBe('whoami /all 1');
    await region('ATT&CK').getByRole('link', { name: 'T1033 System Owner/User Discovery' }).waitFor();
    expect(await region('Rule').innerText()).toContain('CommandLine|contains: whoami');
    const history = region('Source 192.0.2.7');
    await history.getByRole('button', { name: 'Table' }).click();
    expect(await history.getByRole('table').innerText()).toMatch(/\b2\b/);
    await region('Also about the same').getByRole('link', { name: 'Whoami' }).waitFor();
    await goTo('alerts/none');
    await page.getByText('There is no such alert').waitFor();
  }),
);

seeing(
  'a paused page stands still, and shows what came once it goes on',
  withPage(async ({ page, service, goTo, another }) => {
    const alerts = (of: typeof page) => rowOf(of, 'Whoami');
    await goTo('alerts');
    await page.getByText('No alert fits').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('status').getByText('Paused').waitFor();
    const live = await another();
    await live.goto(`${service.url}/#/alerts`);
    await live.getByRole('status').getByText('Live').waitFor();
    await raise(service, whoami(1));
    await alerts(live).waitFor();
    expect(await alerts(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await alerts(page).waitFor();
  }),
);

seeing(
  'a page that lost its connection takes it up again where it left off',
  withPage(async ({ page, service, goTo }) => {
    await goTo('alerts');
    await page.getByRole('status').getByText('Live').waitFor();
    const again = page.waitForRequest((request) => request.url().endsWith('/v1/stream'));
    service.context.stream.close();
    expect(await (await again).allHeaders()).toMatchObject({
      'last-event-id': expect.stringMatching(/-\d+$/),
    });
    await raise(service, whoami(1));
    await rowOf(page, 'Whoami').waitFor();
  }),
);

seeing(
  'what fails says so and can be tried again; what ends a session leads to the sign-in',
  withPage(async ({ page, goTo }) => {
    const body = JSON.stringify({
      error: { code: 'WOLFSEC_STORE_UNAVAILABLE', message: 'the store is away' },
    });
    await page.route('**/v1/rules?*', (route) =>
      route.fulfill({ status: 503, contentType: 'application/json', body }),
    );
    await goTo('rules');
    const failed = page.getByRole('alert').filter({ hasText: 'The store is away.' });
    await failed.waitFor();
    await page.unroute('**/v1/rules?*');
    await failed.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table', { name: 'Rules' }).waitFor();
    await gone(failed);
    await goTo('nowhere');
    await page.getByText('There is nothing at this address').waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await page.getByRole('heading', { name: 'Sign in to Wolfsec' }).waitFor();
  }),
);
