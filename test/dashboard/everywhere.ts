import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readPage } from '../../src/server/page-files.ts';
import { axeFindings, hasBrowser, raise, rowOf, type Seen, storedAlerts, withPage } from './browser.ts';
import { netUser, twoRules, whoami } from './events.ts';

const seeing = test.skipIf(!hasBrowser);

/** Places, and what shows that they are drawn. */
const places: readonly (readonly [place: string, shows: string])[] = [
  ['', '.group'],
  ['alerts', '.alert'],
  ['attack', '.technique-cell'],
  ['rules', 'tbody tr'],
  ['reputation', '.learned tbody tr'],
  ['silences', 'tbody tr'],
  ['engine', '.engine-charts canvas'],
];

/** Something on every page. */
async function fill({ service }: Seen): Promise<(readonly [string, string])[]> {
  await raise(service, whoami(1), whoami(2), netUser(3));
  await service.alerts.silence({
    matchers: [{ label: 'host.name', op: '=', value: 'host-9' }],
    endsMs: Date.now() + 3_600_000,
    createdBy: 'test',
    comment: '',
  });
  const [alert] = await storedAlerts(service);
  return [...places, [`alerts/${alert?.id}`, '.event mark'], [`rules/${alert?.ruleId}`, '.rule-text pre']];
}

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  seeing(
    'axe finds nothing serious on any page, dialog or form',
    withPage(
      async (seen) => {
        const { page, goTo } = seen;
        const found: Record<string, string[]> = {};
        const look = async (name: string) => {
          const findings = await axeFindings(page);
          if (findings.length > 0) found[name] = findings;
        };
        for (const [place, shows] of await fill(seen)) {
          await goTo(place);
          await page.locator(shows).first().waitFor();
          await look(place);
        }
        await goTo('attack?technique=T1033');
        await page.getByRole('region', { name: 'T1033 System Owner/User Discovery' }).waitFor();
        await look('a technique');
        await goTo('');
        await rowOf(page, 'Whoami').first().getByRole('button', { name: 'Silence' }).click();
        await page.getByRole('dialog').waitFor();
        await look('the silence dialog');
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        await look('the help');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: /^Sign out/ }).click();
        await page.getByRole('heading', { name: 'Sign in to Wolfsec' }).waitFor();
        await look('the sign-in');
        expect(found).toEqual({});
      },
      { rules: twoRules, colorScheme },
    ),
    120_000,
  );
});

seeing(
  'no page is wider than the window, at 360 and at 2,560 pixels',
  withPage(
    async (seen) => {
      const { page, goTo } = seen;
      const filled = await fill(seen);
      for (const width of [360, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        for (const [place, shows] of filled) {
          await goTo(place);
          await page.locator(shows).first().waitFor();
          const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          expect(over, `${place} at ${width}`).toBeLessThanOrEqual(0);
        }
      }
    },
    { rules: twoRules },
  ),
  120_000,
);

seeing(
  'nothing breaks the policy, asks other hosts or fails unseen; nothing inline is allowed',
  withPage(
    async (seen) => {
      const { page, goTo, service, faults } = seen;
      for (const [place, shows] of await fill(seen)) {
        await goTo(place);
        await page.locator(shows).first().waitFor();
      }
      expect(faults).toEqual([]);
      const policy = (await fetch(service.url)).headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      // The watch on violations sees them.
      await page.evaluate(`document.head.append(
        Object.assign(document.createElement('style'), { textContent: 'body { color: red }' }))`);
      await expect.poll(() => faults).toEqual([expect.stringContaining('style-src')]);
    },
    { rules: twoRules },
  ),
);

seeing(
  'every page says what it is empty of',
  withPage(async ({ page, goTo }) => {
    for (const [place, text] of [
      ['', 'Nothing is open'],
      ['alerts', 'No alert fits'],
      ['silences', 'Nothing is silenced'],
      ['reputation', 'Nothing is on it.'],
      ['rules?only=hits', 'No rule fits'],
      ['rules/none', 'There is no such rule'],
    ] as const) {
      await goTo(place);
      await page.getByText(text).first().waitFor();
    }
    await goTo('attack');
    await page.getByRole('radio', { name: 'Table' }).check();
    await page.getByText('No technique was seen').waitFor();
  }),
);

seeing(
  'the theme follows the system until it is chosen, and the choice stays',
  withPage(async ({ page }) => {
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).not.toBe(light);
    const dark = await ground();
    await page.getByRole('button', { name: 'Light theme' }).click();
    await expect.poll(ground).toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await expect.poll(ground).toBe(dark);
  }),
);

test.skipIf(!hasBrowser)('the whole page is under 150 kB packed', () => {
  const files = [...(readPage()?.values() ?? [])];
  const bytes = files.reduce((sum, { body }) => sum + gzipSync(body).length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(150_000);
});
