import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('a day of a machine says when it ran and who was there, and opens the rows it comes from', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/days?from=2026-11-16&to=2026-11-16');
  await settled(page);
  const table = page.getByRole('table', { name: '端末ごと、日ごと' });
  const row = table.getByRole('row').filter({ hasText: 'PC-' }).first();
  await expect(row).toContainText('11月16日');
  await expect(row.getByRole('link', { name: /起動 \d\d:\d\dの記録を開く|復帰 \d\d:\d\dの記録を開く/ })).toHaveAttribute('href', /\/events\?event=/);
  await row.getByRole('link', { name: /のサインインの記録を開く$/ }).click();
  await expect(page).toHaveURL(/\/events\?q=/);
  await settled(page);
  const question = await page.getByRole('combobox', { name: /質問|検索/ }).or(page.getByRole('textbox').first()).first().inputValue();
  expect(question).toContain('種類:session.*');
  expect(question).toContain('以降:2026-11-16');
  complained();
});

test('a machine through a month has a line for each day, also for those on which it rested', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/days?from=2026-11-16&to=2026-11-16');
  await settled(page);
  const table = page.getByRole('table', { name: '端末ごと、日ごと' });
  await table.getByRole('link', { name: /^PC-/ }).first().click();
  await settled(page);
  const month = page.getByRole('table', { name: '0時から24時まで' });
  await expect(month.getByRole('row')).toHaveCount(18);
  await expect(month.getByRole('row').filter({ hasText: '11月15日' })).toContainText('日曜日');
  await page.getByRole('link', { name: '前の月' }).click();
  await settled(page);
  await expect(month.getByRole('row')).toHaveCount(32);
  complained();
});

test('days in the wrong order and too many of them are said before anything is asked', async ({ page }) => {
  await page.goto('/days?from=2026-11-16&to=2026-11-15');
  await expect(page.getByRole('alert')).toContainText('終わりの日');
  await page.goto('/days?from=2026-01-01&to=2026-11-15');
  await expect(page.getByRole('alert')).toContainText('62日まで');
});
