import { expect, test } from '@playwright/test';
import { settled, watch } from '../../../console/e2e/watch';

test('the log is narrowed by text and level, and a row opens beside it with its surroundings', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/events');
  await page.getByRole('searchbox').fill('社内限');
  await expect(page).toHaveURL(/text=/);
  await settled(page);
  await page.getByRole('button', { name: /^何/ }).click();
  await page.getByLabel('警告', { exact: true }).check();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/level=alarm/);
  await settled(page);
  const list = page.getByRole('table', { name: 'ログ検索' });
  await list.getByRole('button').first().click();
  const panel = page.getByRole('complementary', { name: '選んだ記録' });
  await expect(panel.getByText('社内限の持ち出しを知らせる')).toBeVisible();
  await expect(panel.getByRole('heading', { name: 'この端末の前後5分' })).toBeVisible();
  await expect(page).toHaveURL(/event=/);
  await panel.getByRole('button', { name: '次の行' }).click();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  complained();
});

test('new records wait to be asked for, so that no row moves by itself', async ({ page }) => {
  await page.goto('/events');
  await settled(page);
  const first = page.getByRole('table', { name: 'ログ検索' }).getByRole('row').nth(1);
  const before = await first.innerText();
  const fresh = page.getByRole('button', { name: /新しい記録 \d+件を見る/ });
  await expect(fresh).toBeVisible({ timeout: 25_000 });
  expect(await first.innerText()).toBe(before);
  await fresh.click();
  await expect(first).not.toHaveText(before);
});
