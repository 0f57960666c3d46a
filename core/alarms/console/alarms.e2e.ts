import { expect, test } from '@playwright/test';
import { watch } from '../../../console/e2e/watch';

test('an alarm is taken on, and is red no more', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms?state=open');
  const list = page.getByRole('table', { name: '警告' });
  await list.getByRole('button', { name: /^記録の一部が失われた/ }).click();
  const panel = page.getByRole('complementary', { name: '選んだ警告' });
  await expect(panel.getByText('まだ誰も見ていません')).toBeVisible();
  await panel.getByLabel('書き残す').fill('更新の直後だけでした。');
  await panel.getByRole('button', { name: '自分が担当する' }).click();
  await expect(panel.getByText('対応中')).toBeVisible();
  await panel.getByRole('button', { name: '対応済みにする' }).click();
  await expect(panel.getByText('対応済み', { exact: true })).toBeVisible();
  await expect(list.getByRole('button', { name: /^記録の一部が失われた/ })).toHaveCount(0);
  complained();
});

test('a note can be written without taking an alarm on, also when it is over', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms?state=handled');
  await page.getByRole('table', { name: '警告' }).getByRole('button', { name: /^空きが残りわずか/ }).click();
  const panel = page.getByRole('complementary', { name: '選んだ警告' });
  const keep = panel.getByRole('button', { name: '書いたものだけ保存する' });
  await expect(keep).toHaveCount(0);
  await panel.getByLabel('書き残す').fill('ディスクも足しました。');
  await keep.click();
  await expect(keep).toHaveCount(0);
  await expect(panel.getByLabel('書き残す')).toHaveValue('ディスクも足しました。');
  await expect(panel.getByText('対応済み', { exact: true })).toBeVisible();
  complained();
});
