import { expect, test, type Page } from './test';
import type { State } from '../src/mock/states';
import { settled, watch } from './watch';
import { whole } from './whole';

const lists = ['/endpoints', '/groups', '/alarms', '/people', '/accounts', '/grants', '/commands', '/rules', '/settings/audit', '/settings/notices', '/settings/alarm-routes'];

/** Every page opened from here on finds the office in this state. */
async function inState(page: Page, state: State): Promise<void> {
  await page.addInitScript((name) => {
    sessionStorage.setItem('yagura.mock', name);
  }, state);
}

/** In both schemes, without loading the page again. */
async function wholeInBoth(page: Page, path: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme);
    await whole(page, `${path} ${scheme}`);
  }
}

test('a list with nothing in it says what will stand there, in light and dark', async ({ page }) => {
  test.setTimeout(180_000);
  const complained = watch(page);
  await inState(page, 'empty');
  for (const path of lists) {
    await page.goto(path);
    await settled(page);
    await expect.soft(page.getByRole('alert'), path).toHaveCount(0);
    await expect.soft(page.getByRole('main').getByText(/ません。|並びます。|どれも|まだ/).first(), path).toBeVisible();
    await wholeInBoth(page, path);
  }
  complained();
});

test('a server that fails is said on every page, with a way to try again, in light and dark', async ({ page }) => {
  test.setTimeout(180_000);
  await inState(page, 'failing');
  for (const path of ['/', ...lists]) {
    await page.goto(path);
    await expect.soft(page.getByRole('main').getByRole('button', { name: 'もう一度試す' }).first(), path).toBeVisible({ timeout: 20_000 });
    await wholeInBoth(page, path);
  }
});

test('a morning on which nobody can say what waits is not called quiet', async ({ page }) => {
  await inState(page, 'failing');
  await page.goto('/');
  await expect(page.getByText('待っているものを読めませんでした')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('きょうは静かです')).toHaveCount(0);
  await expect(page.getByText('いまはありません。', { exact: false })).toHaveCount(0);
});

test('a server that cannot be reached is said in the reader\'s language', async ({ page }) => {
  await inState(page, 'away');
  await page.goto('/people');
  await expect(page.getByRole('alert')).toContainText('この端末のネットワークと、サーバーが動いているか', { timeout: 20_000 });
  await expect(page.getByRole('alert')).not.toContainText('fetch');
});

test('a page that waits for the server shows where its rows will be', async ({ page }) => {
  await inState(page, 'waiting');
  for (const path of ['/', ...lists]) {
    await page.goto(path);
    await expect(page.getByRole('status', { name: '読み込んでいます' }).or(page.locator('main [aria-busy="true"]')).first(), path).toBeVisible();
  }
});
