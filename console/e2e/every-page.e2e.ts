import { expect, test as base, type Page } from './test';
import { faults } from './faults';
import { pages } from './pages';
import { settled, watch } from './watch';
import { outside } from './whole';

const sizes = [
  { width: 1280, height: 900 },
  { width: 1920, height: 1080 },
];

// The rows of a long list are drawn by the same lines of code: a dozen stand for all.
const further = ['tbody tr:nth-child(n + 13)', '[role="row"]:nth-child(n + 13)'];

/**
 * All pages are opened in one window, one after the other, as a person does who presses links: the console begins once and not for each.
 * That every address can be opened in a fresh window is seen on a real server (`e2e-server/5-every-page`).
 */
const test = base.extend<object, { window: Page }>({
  window: [
    async ({ shared }, use) => {
      const window = await shared.newPage();
      // Without motion, so that no colour is asked for on its way from one scheme to the other.
      await window.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await window.goto('/before-the-first');
      await settled(window);
      await use(window);
      await window.close();
    },
    { scope: 'worker' },
  ],
});

const change = { ja: '日本語に切り替える', en: 'English に切り替える' };

for (const path of pages) {
  test(`${path} is whole in both languages, both schemes and both sizes`, async ({ window: page }) => {
    const complained = watch(page);
    await page.evaluate((to) => (globalThis as unknown as { goTo: (to: string) => Promise<void> }).goTo(to), path);
    await settled(page);
    // It begins with the language that the page before ended with.
    const first = (await page.locator('html').getAttribute('lang')) === 'en' ? 'en' : 'ja';
    for (const language of [first, first === 'ja' ? 'en' : 'ja'] as const) {
      if (language !== first) {
        await page.getByRole('button', { name: change[language] }).click();
        await expect(page.locator('html')).toHaveAttribute('lang', language);
        await settled(page);
      }
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme);
        for (const size of sizes) {
          await page.setViewportSize(size);
          expect(await outside(page), `${language} ${String(size.width)}`).toBeLessThanOrEqual(0);
          // Neither does a language change colours, nor a scheme or a width names: the rules are asked once for each of all.
          if ((size.width === 1280) === (scheme === 'light') && (language === 'ja') === (scheme === 'light')) {
            expect(await faults(page, ...further), `${language} ${scheme} ${String(size.width)}`).toEqual([]);
          }
        }
      }
    }
    complained();
  });
}

base('a page at 200 % zoom can be read without scrolling sideways', async ({ page }) => {
  // A window of 1280 px at 200 % is laid out in 640.
  await page.setViewportSize({ width: 640, height: 450 });
  for (const path of ['/', '/settings/organisation', '/policies', '/endpoints/0193a001-0000-7025-800b-00000000000d']) {
    await page.goto(path);
    await settled(page);
    expect(await outside(page), path).toBeLessThanOrEqual(0);
  }
});
