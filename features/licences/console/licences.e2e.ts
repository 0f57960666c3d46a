import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('products that nobody knows are classified, one or many at once, until none waits', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/software/inbox');
  await settled(page);
  await expect(page.getByRole('button', { name: '「無償」にする' })).toBeDisabled();
  await page.getByRole('checkbox', { name: '社内見積システム' }).check();
  await page.getByRole('checkbox', { name: 'cscope' }).check();
  await expect(page.getByText('2件を選択中')).toBeVisible();
  await page.getByRole('button', { name: '「無償」にする' }).click();
  await expect(page.getByRole('checkbox', { name: 'cscope' })).toBeHidden();
  await page.getByRole('checkbox', { name: 'TeamViewer' }).check();
  await page.getByRole('button', { name: '「使用禁止」にする' }).click();
  await expect(page.getByRole('checkbox', { name: 'TeamViewer' })).toBeHidden();
  await page.getByRole('button', { name: '表示中のすべてを選ぶ' }).click();
  await page.getByRole('button', { name: 'あとにする' }).click();
  await expect(page.getByText('分類を待つ製品はありません')).toBeVisible();
  complained();
});

test('a product says who has it, and who has not used it', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/software?q=acrobat');
  await settled(page);
  await page.getByRole('link', { name: 'Acrobat' }).click();
  await settled(page);
  const has = page.getByRole('region', { name: '入っている資産' });
  await has.getByRole('combobox', { name: '使われ方' }).click();
  await page.getByRole('option', { name: '90日使っていない' }).click();
  await expect(page).toHaveURL(/used=not/);
  await expect(has.getByRole('row')).toHaveCount(3);
  await page.getByRole('combobox', { name: '分類' }).click();
  await page.getByRole('option', { name: '使用禁止' }).click();
  await page.getByRole('button', { name: '決める' }).click();
  await expect(page.getByRole('region', { name: 'この製品' }).getByText('使用禁止')).toBeVisible();
  complained();
});

test('licences that are too few are red, and a purchase is added for a product', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/licences?state=over');
  await settled(page);
  await expect(page.getByRole('row', { name: /Acrobat.*3の不足/ })).toBeVisible();
  await page.getByRole('link', { name: 'ライセンスを加える' }).click();
  await page.getByRole('combobox', { name: '製品' }).fill('LibreOffice');
  await page.getByRole('option', { name: /LibreOffice/ }).click();
  await page.getByRole('textbox', { name: '購入数' }).fill('10');
  await page.getByRole('button', { name: '加える', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'LibreOffice' })).toBeVisible();
  await expect(page.getByRole('region', { name: '数', exact: true }).getByText('足りている')).toBeVisible();
  await page.getByRole('textbox', { name: '購入数' }).fill('3');
  await page.getByRole('button', { name: '保存' }).click();
  await expect(page.getByRole('region', { name: '数', exact: true }).getByText('4の不足')).toBeVisible();
  complained();
});

test('a dictionary is checked before it is imported, and what cannot be used is named', async ({ page }) => {
  await page.goto('/software/dictionary');
  const list = ['製品,メーカー,分類,備考', '社内経費精算,,無償,内製', 'Evernote,Evernote,禁止,', 'なぞのソフト,,たぶん,'].join('\r\n');
  await page.setInputFiles('input[type=file]', { name: '辞書.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
  await expect(page.getByRole('table', { name: '取り込めない行' }).getByRole('row', { name: '4行目 分類 知らない分類 たぶん' })).toBeVisible();
  await page.getByRole('button', { name: '2行を取り込む' }).click();
  await expect(page.getByText('取り込みました')).toBeVisible();
  await expect(page.getByRole('table', { name: 'いまの辞書' }).getByText('Evernote').first()).toBeVisible();
});
