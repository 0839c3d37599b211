import { expect, test } from 'vitest';
import { gone, hasBrowser, raise, rowOf, storedAlerts, withPage } from './browser.ts';
import { netUser, twoRules, whoami } from './events.ts';

const seeing = test.skipIf(!hasBrowser);

seeing(
  'a kind is acknowledged as a whole, and who did it is kept',
  withPage(
    async ({ page, service }) => {
      await raise(service, whoami(1), whoami(2), netUser(3));
      await rowOf(page, 'Whoami').getByRole('button', { name: 'Acknowledge' }).click();
      await page.getByRole('status').getByText('2 alerts acknowledged').waitFor();
      await gone(rowOf(page, 'Whoami'));
      await rowOf(page, 'Accounts Listed').waitFor();
      const done = (await storedAlerts(service)).filter(({ status }) => status === 'acknowledged');
      expect(done.map(({ title, changedBy }) => [title, changedBy])).toEqual([
        ['Whoami', 'local'],
        ['Whoami', 'local'],
      ]);
    },
    { rules: twoRules },
  ),
);

seeing(
  'alerts are chosen and resolved together; one is resolved with a note',
  withPage(async ({ page, service, goTo }) => {
    await raise(service, whoami(1), whoami(2), whoami(3));
    await goTo('alerts');
    for (const host of ['host-1', 'host-2']) await rowOf(page, host).getByRole('checkbox').check();
    await page.getByText('2 alerts chosen').waitFor();
    await page.getByRole('button', { name: 'Resolve' }).click();
    await gone(rowOf(page, 'host-1'));
    await rowOf(page, 'host-3').getByRole('link', { name: 'Whoami' }).click();
    await page.getByRole('textbox', { name: 'Note for the record' }).fill('our own script');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('“our own script”').waitFor();
    const stored = await storedAlerts(service);
    expect(stored.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved']);
  }),
);

seeing(
  'a silence is made from an alert, holds for the next, and is ended',
  withPage(async ({ page, service, goTo }) => {
    await raise(service, whoami(1));
    await rowOf(page, 'Whoami').getByRole('button', { name: 'Silence' }).click();
    const dialog = page.getByRole('dialog', { name: 'Silence' });
    await dialog.getByRole('checkbox', { name: 'rule Whoami' }).waitFor();
    await dialog.getByLabel('Why').fill('we are testing');
    await dialog.getByRole('button', { name: 'Silence', exact: true }).click();
    await gone(dialog);
    await raise(service, whoami(2));
    await goTo('alerts');
    await rowOf(page, 'host-2').getByText('silenced').waitFor();
    await goTo('silences');
    await rowOf(page, 'we are testing').getByRole('button', { name: 'End now' }).click();
    await page.getByText('Nothing is silenced').waitFor();
    expect(service.alerts.silences()).toEqual([]);
  }),
);

seeing(
  'an address is allowed from an alert, looked up, and taken off again',
  withPage(async ({ page, service, goTo }) => {
    await raise(service, whoami(1, '192.0.2.9'));
    await rowOf(page, 'Whoami').getByRole('button', { name: 'Allow' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add to the allow-list' });
    await dialog.getByLabel('Why').fill('our scanner');
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await gone(dialog);
    await raise(service, whoami(2, '192.0.2.9'));
    expect(await storedAlerts(service)).toHaveLength(1);
    await goTo('reputation');
    await page.getByRole('searchbox').fill('192.0.2.9');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('On the allow-list.').waitFor();
    await rowOf(page, 'our scanner').getByRole('button', { name: 'Take off' }).click();
    await page.getByText('Nothing is on it.').waitFor();
  }),
);

seeing(
  'everything is done by the keyboard alone',
  withPage(
    async ({ page, service }) => {
      await raise(service, whoami(1), netUser(2));
      await service.users.add('ann', 'correct horse battery', 'full');
      const { keyboard } = page;
      const focused = () => page.locator(':focus').textContent();
      await page.getByRole('heading', { name: 'Sign in to Wolfsec' }).waitFor();
      await keyboard.press('Tab');
      await keyboard.type('ann');
      await keyboard.press('Tab');
      await keyboard.type('correct horse battery');
      await keyboard.press('Enter');
      await rowOf(page, 'Whoami').waitFor();
      await keyboard.press('Tab');
      expect(await focused()).toBe('Skip to the content');
      await keyboard.press('Enter');
      expect(await page.locator(':focus').getAttribute('id')).toBe('main');
      // Rows: the most severe first, and none beyond the ends.
      await keyboard.press('j');
      expect(await focused()).toBe('Whoami');
      await keyboard.press('j');
      await keyboard.press('j');
      expect(await focused()).toBe('Accounts Listed');
      await keyboard.press('a');
      await gone(rowOf(page, 'Accounts Listed'));
      await keyboard.press('k');
      await keyboard.press('s');
      await page.getByRole('dialog', { name: 'Silence' }).waitFor();
      // Letters belong to the dialog now.
      await keyboard.press('j');
      await keyboard.press('Escape');
      await gone(page.getByRole('dialog'));
      expect(await focused()).toBe('Whoami');
      await keyboard.press('Enter');
      await page.getByRole('region', { name: 'What matched' }).waitFor();
      await keyboard.press('g');
      await keyboard.press('a');
      await page.getByRole('list', { name: 'Alerts' }).waitFor();
      await keyboard.press('/');
      await keyboard.type('whoa');
      await rowOf(page, 'Whoami').waitFor();
      await expect.poll(() => page.url()).toContain('text=whoa');
      await keyboard.press('Tab');
      await page.getByRole('heading', { name: 'Alerts' }).click();
      await keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    },
    { rules: twoRules, signedIn: false },
  ),
);
