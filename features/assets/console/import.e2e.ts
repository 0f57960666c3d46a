import { expect, test } from '../../../console/e2e/test';

const list = [
  '管理番号,機器名,種類,設置場所,リース満了日,階',
  'P-001,2F 複合機,複合機,本社2F,令和9年3月31日,2',
  'R-001,支店ルーター,ルーター,大阪支店,2028/12/31,1',
  'R-002,日付の読めない行,ルーター,大阪支店,来年,1',
].join('\r\n');

test('a list is checked before it is imported, and what was left out is named', async ({ page }) => {
  await page.goto('/assets/import');
  await page.setInputFiles('input[type=file]', { name: '台帳.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
  const columns = page.getByRole('table', { name: '2. 列の意味を確かめる' });
  await expect(columns.getByRole('row', { name: /^管理番号/ }).getByRole('combobox')).toHaveValue('管理番号');
  await expect(columns.getByRole('row', { name: /^階/ }).getByRole('combobox')).toHaveValue('組織の項目');
  const bad = page.getByRole('table', { name: '取り込めない行' });
  await expect(bad.getByRole('row', { name: '4行目 リース満了日 日付として読めない 来年' })).toBeVisible();

  // What is not wanted is not read, and so cannot be wrong.
  await columns.getByRole('row', { name: /^リース満了日/ }).getByRole('combobox').click();
  await page.getByRole('option', { name: '取り込まない' }).click();
  await expect(page.getByRole('button', { name: '3行を取り込む' })).toBeEnabled();
  await expect(bad).toBeHidden();

  await page.getByRole('button', { name: '3行を取り込む' }).click();
  await expect(page.getByText('取り込みました', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: '台帳を見る' })).toBeVisible();
});

test('without a column for the inventory number nothing is imported', async ({ page }) => {
  await page.goto('/assets/import');
  await page.setInputFiles('input[type=file]', { name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from('機器名,階\n複合機,2\n') });
  await expect(page.getByText('どの列が管理番号かを選んでください')).toBeVisible();
  await expect(page.getByRole('button', { name: '0行を取り込む' })).toBeDisabled();
});

test('the secret of an intake is shown once, ready to be copied for each kind of agent', async ({ page }) => {
  await page.goto('/assets/intakes');
  await page.getByRole('button', { name: '受け入れ口を作る' }).click();
  await page.getByRole('textbox', { name: '名前' }).fill('日本語');
  await expect(page.getByRole('button', { name: '作る', exact: true })).toBeDisabled();
  await page.getByRole('textbox', { name: '名前' }).fill('old-pcs-2');
  await page.getByRole('button', { name: '作る', exact: true }).click();
  await expect(page.getByText('user = old-pcs-2')).toBeVisible();
  await expect(page.getByText('user=b2xkLXBjcy0y')).toBeVisible();
});
