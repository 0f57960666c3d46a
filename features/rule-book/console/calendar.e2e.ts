import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('a day shows what happened by class, and opens exactly these rows in the log search', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/calendar');
  await settled(page);
  await expect(page.getByRole('heading', { name: '二〇二六年十一月' })).toBeVisible();
  const thursday = page.getByRole('button', { name: /^12/ });
  await expect(thursday).toContainText('大量印刷 2件');
  await thursday.click();
  const day = page.getByRole('region', { name: '十一月十二日 木曜日' });
  await expect(day).toContainText('6件、すべて対応済み');
  await expect(day.getByRole('listitem')).toHaveCount(6);
  await day.getByRole('link', { name: 'ログ検索で開く' }).click();
  await expect(page).toHaveURL(/\/events\?q=/);
  await expect(page.getByRole('table', { name: 'ログ検索' }).getByRole('row')).toHaveCount(7);
  complained();
});

test('a calm month is white, and the way back is one press', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/calendar');
  await settled(page);
  await page.getByRole('button', { name: '前の月' }).click();
  await expect(page).toHaveURL(/month=2026-10/);
  await expect(page.getByRole('heading', { name: '二〇二六年十月' })).toBeVisible();
  await settled(page);
  await expect(page.getByRole('list', { name: 'この月の合計' }).getByRole('listitem')).toHaveCount(0);
  await page.getByRole('button', { name: '今月' }).click();
  await expect(page.getByRole('button', { name: /^17/ })).toHaveAttribute('aria-current', 'date');
  complained();
});
