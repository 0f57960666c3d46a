import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('a group is restarted after one has seen what would happen at each endpoint', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/power');
  await settled(page);
  await page.getByRole('combobox', { name: 'どのグループの端末' }).click();
  await page.getByRole('option', { name: /川崎工場/ }).first().click();
  await page.getByLabel('理由').fill('更新のため');
  await page.getByRole('button', { name: '確かめる' }).click();
  const foretold = page.getByRole('region', { name: '起きること' });
  await expect(foretold.getByText('予告してから行う').first()).toBeVisible();
  await expect(foretold.getByText('サーバーを使っている人がいる').first()).toBeVisible();
  await foretold.getByRole('button', { name: /台を再起動する$/ }).click();
  await expect(page.getByText(/台に指示しました/)).toBeVisible();
  await expect(page.getByRole('table', { name: '頼んだことと結果' }).getByText('順番待ち').first()).toBeVisible();
  complained();
});

test('a change of what is asked asks for a new look first', async ({ page }) => {
  await page.goto('/endpoints/0193a001-0000-7025-800b-00000000000d/power');
  await settled(page);
  await page.getByRole('button', { name: '確かめる' }).click();
  const run = page.getByRole('button', { name: /^1台/ });
  await expect(run).toBeVisible();
  await page.getByRole('checkbox', { name: /サーバーでも行う/ }).check();
  await expect(run).toBeHidden();
});
