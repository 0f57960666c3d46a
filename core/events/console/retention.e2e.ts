import { expect, test } from '@playwright/test';
import { watch } from '../../../console/e2e/watch';

test('rules are saved only after what they take away was seen, and a shorter time can be taken back', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/retention');
  const inForce = page.getByRole('table', { name: 'いまの決まり' });
  await expect(inForce.getByRole('row', { name: 'ほかに決まりのない記録 すべての端末 365日' })).toBeVisible();
  await expect(inForce.getByRole('row', { name: 'すべての操作 本社 › 経理部 消さない' })).toBeVisible();
  await page.getByRole('button', { name: '変える' }).click();
  const save = page.getByRole('button', { name: '保存する' });
  const web = page.getByRole('list', { name: '決まりを変える' }).getByRole('listitem').nth(1);
  await expect(save).toBeDisabled();
  await web.getByLabel('日数').fill('30');
  await page.getByRole('button', { name: '見積もる' }).click();
  await expect(page.getByText('この決まりで、次の夜に消える記録')).toBeVisible();
  await expect(page.getByText('3,674,400件')).toBeVisible();
  await expect(page.getByText(/早く消える記録があるので、保存しても/)).toBeVisible();
  // What was seen was of other rules: it has to be seen again.
  await web.getByLabel('日数').fill('60');
  await expect(save).toBeDisabled();
  await page.getByRole('button', { name: '見積もる' }).click();
  await save.click();
  const waiting = page.getByRole('region', { name: 'これからの決まり' });
  await expect(waiting.getByText(/それまでに取り消せます/)).toBeVisible();
  await expect(waiting.getByRole('row', { name: 'ウェブ（すべて） すべての端末 60日' })).toBeVisible();
  await expect(inForce.getByRole('row', { name: 'ウェブ（すべて） すべての端末 90日' })).toBeVisible();
  await waiting.getByRole('button', { name: 'この変更を取り消す' }).click();
  await expect(waiting).toHaveCount(0);
  complained();
});

test('a rule can be added for a group, and holds at once where nothing goes earlier', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/retention');
  await page.getByRole('button', { name: '変える' }).click();
  await page.getByRole('button', { name: '決まりを加える' }).click();
  const added = page.getByRole('list', { name: '決まりを変える' }).getByRole('listitem').last();
  await expect(added.getByText('同じ操作と端末の決まりがほかにあります')).toBeVisible();
  await expect(page.getByRole('button', { name: '見積もる' })).toBeDisabled();
  await added.getByRole('combobox', { name: '操作' }).click();
  await page.getByRole('option', { name: '印刷（すべて）' }).click();
  await added.getByRole('checkbox', { name: '消さない' }).check();
  await page.getByRole('button', { name: '見積もる' }).click();
  await expect(page.getByText('この決まりで、次の夜に消える記録はありません')).toBeVisible();
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByRole('table', { name: 'いまの決まり' }).getByRole('row', { name: '印刷（すべて） すべての端末 消さない' })).toBeVisible();
  complained();
});
