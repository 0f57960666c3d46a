import { expect, test } from '../../../console/e2e/test';

test('a rollout is put together, checked, begun, and goes on when somebody gives the word', async ({ page }) => {
  await page.goto('/distribution');
  await page.getByRole('link', { name: '新しい配布' }).first().click();
  await page.getByRole('textbox', { name: '配布の名前' }).fill('月例の更新');
  await page.getByRole('combobox', { name: 'グループ', exact: true }).click();
  await page.getByRole('option').first().click();
  await page.keyboard.press('Escape');
  for (const ring of ['段階 2', '段階 3']) await page.getByRole('group', { name: ring }).getByRole('textbox', { name: /待ち/ }).fill('0');
  await page.getByRole('button', { name: '確かめる' }).click();
  await expect(page.getByText('端末の決まりで許されていない').first()).toBeVisible();
  await page.getByRole('button', { name: /への配布を始める$/ }).click();
  await expect(page.getByRole('heading', { name: '月例の更新', level: 1 })).toBeVisible();
  await expect(page.getByRole('note')).toContainText('「残り」が許可を待っています', { timeout: 30_000 });
  await page.getByRole('button', { name: '次の段階を許可する' }).click();
  await expect(page.getByRole('region', { name: '残り' }).getByText('佐伯 直樹が許可')).toBeVisible();
});

test('a failing ring says why, and a package is handed in', async ({ page }) => {
  await page.goto('/distribution?q=図面');
  await page.getByRole('link', { name: '図面ビューア 4.2.1' }).click();
  await expect(page.getByRole('note')).toContainText('失敗が多いため「設計」で止まりました');
  await page.getByRole('link', { name: '設計 巻き戻し 1' }).click();
  await page.getByRole('table', { name: '端末' }).getByRole('button').first().click();
  await expect(page.getByLabel('記録', { exact: true })).toContainText('returned error exit status 1');
  await page.goto('/distribution/shelf?open=package');
  await page.setInputFiles('input[type=file]', { name: 'x.deb', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') });
  await page.getByRole('button', { name: '預ける', exact: true }).click();
  await expect(page.getByText(/neither a .deb nor an .rpm/)).toBeVisible();
  await page.setInputFiles('input[type=file]', { name: 'x.deb', mimeType: 'application/octet-stream', buffer: Buffer.from('!<arch>\n') });
  await page.getByRole('button', { name: '預ける', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: 'kigyo-fonts 1.4 を預かりました。' })).toBeVisible();
});

test('how large a package may be is looked at and changed', async ({ page }) => {
  await page.goto('/distribution/shelf');
  await page.getByRole('button', { name: '大きさの上限' }).click();
  const most = page.getByRole('textbox', { name: 'パッケージの最大の大きさ' });
  await expect(most).toHaveValue('2,048 MB');
  await most.fill('0');
  await expect(page.getByText('1から16,384までの数にしてください。')).toBeVisible();
  await expect(page.getByRole('button', { name: '保存' })).toBeDisabled();
  await most.fill('512');
  await page.getByRole('button', { name: '保存' }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await expect(page.getByRole('button', { name: '保存' })).toBeDisabled();
  await expect(most).toHaveValue('512 MB');
});
