import { X509Certificate, createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { chromium, expect, test as base, type Browser, type Page } from '@playwright/test';
import { openHouse, binaries, type House } from './house';

export { expect };

export const password = 'a long enough sentence';

/** Names a key as Chromium wants it. */
function fingerprint(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/**
 * With a house that all tests of a worker share; it is fresh when the first one begins. The browser trusts the house's own authority, as
 * people's browsers do: of a server that it only puts up with it keeps no file, and reads the whole console again for each page.
 */
export const test = base.extend<object, { house: House; browser: Browser }>({
  house: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern even where nothing is needed
    async ({}, use) => {
      const house = await openHouse(binaries ?? '');
      await use(house);
      await house.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  browser: [
    async ({ house, launchOptions }, use) => {
      const trusted = `--ignore-certificate-errors-spki-list=${fingerprint(readFileSync(house.authority, 'utf8'))}`;
      const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), trusted] });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

/** Skips the tests of a file, loudly, where the programs are not there. */
export function needsPrograms(): void {
  if (binaries === undefined) process.stdout.write('SKIPPED: YAGURA_BIN_DIR does not say where yagura-server and yagura-agent are\n');
  test.skip(binaries === undefined, 'YAGURA_BIN_DIR is not set');
}

/**
 * A page at the house's door. The server brings its own console; YAGURA_CONSOLE_DIST puts the files of another build in
 * its place, for working on the console without building the server.
 */
export async function door(browser: Browser, house: House): Promise<Page> {
  // What Node asks for itself knows nothing of whom the browser trusts.
  const context = await browser.newContext({ baseURL: house.url, ignoreHTTPSErrors: true });
  const dist = process.env['YAGURA_CONSOLE_DIST'];
  if (dist !== undefined) {
    await context.route(
      (url) => url.origin === house.url && !url.pathname.startsWith('/api/'),
      async (route) => {
        const { pathname } = new URL(route.request().url());
        const file = join(dist, pathname);
        await route.fulfill({ path: extname(pathname) !== '' && existsSync(file) ? file : join(dist, 'index.html') });
      },
    );
  }
  return context.newPage();
}

/** Waits until another site has sent the page back to the house. */
export async function cameBack(page: Page, house: House): Promise<void> {
  // Not before the house has answered: until then the address is still the one that was left.
  await page.waitForURL((url) => url.origin === house.url && !url.pathname.startsWith('/api/'));
  // The end of a redirect is never put in another build's place, so it is asked for once more.
  if (process.env['YAGURA_CONSOLE_DIST'] !== undefined) await page.goto(page.url());
}

/** Decides on a password where the house asks for one, which it does the first time. */
export async function decideOnPassword(page: Page): Promise<void> {
  const menu = page.getByRole('navigation', { name: 'メニュー' });
  const chosen = page.getByLabel('新しいパスワード');
  await menu.or(chosen).first().waitFor();
  if (await chosen.isVisible()) {
    await chosen.fill(password);
    await page.getByLabel('もう一度').fill(password);
    await page.getByRole('button', { name: 'パスワードを替える' }).click();
    await menu.waitFor();
  }
}

/** Comes in by a one-time link and decides on a password where one is asked for. */
export async function comeIn(page: Page, house: House): Promise<void> {
  const link = new URL(house.link());
  await page.goto(link.pathname + link.hash);
  await page.getByRole('button', { name: 'サインインする' }).click();
  await decideOnPassword(page);
}

/** Has the open page speak a language. It is the administrator's from then on, so that pages loaded later speak it too. */
export async function speak(page: Page, language: 'ja' | 'en'): Promise<void> {
  const html = page.locator('html');
  const change = page.getByRole('button', { name: language === 'en' ? 'English に切り替える' : '日本語に切り替える' });
  await change.or(page.getByRole('button', { name: language === 'en' ? '日本語に切り替える' : 'English に切り替える' })).waitFor();
  if ((await html.getAttribute('lang')) === language) return;
  const kept = page.waitForResponse((response) => response.url().endsWith('/session/preferences'));
  await change.click();
  await expect(html).toHaveAttribute('lang', language);
  expect((await kept).ok()).toBe(true);
}
