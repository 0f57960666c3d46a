import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const ledger = '組織が持つものを一行ずつ。だれが知らせたものでも、同じ機器は一行にまとまります。';

test('labels are for the rows that are ticked, or for all that the conditions leave', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?kind=printer');
  await settled(page);
  await page.getByRole('button', { name: 'ラベル' }).click();
  const panel = page.getByRole('complementary', { name: 'ラベル' });
  await expect(panel.getByText('いまの条件に合う2件すべて')).toBeVisible();
  await expect(panel.getByRole('link', { name: 'PDFを開く' })).toHaveAttribute('href', /labels\.pdf\?kind=printer&layout=a4_24$/);
  await page.getByRole('checkbox', { name: '「複合機 大阪」を選ぶ' }).check();
  await expect(panel.getByText('選んだ1件')).toBeVisible();
  await panel.getByRole('button', { name: '5面から', exact: true }).click();
  await expect(panel.getByRole('link', { name: 'PDFを開く' })).toHaveAttribute('href', /ids=[0-9a-f-]{36}&layout=a4_24&start=5$/);
  await page.getByRole('button', { name: '選択を解く' }).click();
  await expect(panel.getByText('いまの条件に合う2件すべて')).toBeVisible();
  complained();
});

test('many are changed at once after it was seen how', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?kind=printer');
  await settled(page);
  await page.getByRole('button', { name: 'まとめて変える' }).click();
  const panel = page.getByRole('complementary', { name: 'まとめて変える' });
  await expect(panel.getByRole('button', { name: '変わるものを見る' })).toBeDisabled();
  await panel.getByRole('textbox', { name: '場所', exact: true }).fill('大阪支店');
  await panel.getByRole('button', { name: '変わるものを見る' }).click();
  await expect(panel.getByText('1件が変わります')).toBeVisible();
  await expect(panel.getByText('場所 本社3階 → 大阪支店')).toBeVisible();
  await expect(panel.getByText('ほかの1件は、もうそうなっています。')).toBeVisible();
  await panel.getByRole('button', { name: '1件を変える' }).click();
  await expect(panel.getByText('1件を変えました。')).toBeVisible();
  await page.goto('/assets?kind=printer&columns=name,place');
  await settled(page);
  complained();
});

test('a view keeps conditions and columns, and brings them back', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?kind=network&columns=name,place,serial');
  await settled(page);
  const table = page.getByRole('table', { name: ledger });
  await expect(table.getByRole('columnheader', { name: '製造番号' })).toBeVisible();
  await page.getByRole('button', { name: '表示', exact: true }).click();
  await page.getByRole('button', { name: 'いまの表示を保存' }).click();
  await page.getByRole('textbox', { name: '名前' }).fill('配線の見回り');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: 'はじめの表示に戻す' }).click();
  await expect(page).toHaveURL(/\/assets$/);
  await page.getByRole('button', { name: '表示', exact: true }).click();
  await page.getByRole('button', { name: '配線の見回り', exact: true }).click();
  await expect(page).toHaveURL(/kind=network&columns=/);
  await settled(page);
  await expect(table.getByRole('columnheader')).toHaveCount(4);
  complained();
});

test('the file has the columns and the conditions of the page', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?standing=lent&columns=name,model');
  await settled(page);
  await page.getByRole('button', { name: '書き出す' }).click();
  const save = page.getByRole('complementary', { name: '書き出す' }).getByRole('link', { name: '保存する' });
  await expect(save).toHaveAttribute('href', '/api/v1/assets/ledger.xlsx?standing=lent&columns=name%2Cvendor%2Cmodel&language=ja');
  await page.getByRole('radio', { name: /CSV/ }).check();
  await page.getByRole('checkbox', { name: 'すべての列を入れる' }).check();
  await expect(save).toHaveAttribute('href', '/api/v1/assets/ledger.csv?standing=lent&language=ja');
  complained();
});

test('on paper stand all rows, with what was asked, when and by whom', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets/print?kind=computer&columns=name,person,place');
  await settled(page);
  const table = page.getByRole('table', { name: '資産台帳' });
  expect(await table.getByRole('row').count()).toBeGreaterThan(100);
  await expect(page.getByText('種別: パソコン')).toBeVisible();
  await expect(page.getByText(/2026年11月17日.*現在.*出力 佐伯 直樹/)).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: '印刷する' })).toBeHidden();
  await expect(page.getByRole('navigation')).toHaveCount(0);
  complained();
});

test('a number of the overview leads to exactly its rows', async ({ page }) => {
  const complained = watch(page);
  for (const name of ['種別', '最も埋まったドライブ', 'OSの版', 'リースの満了']) {
    await page.goto('/asset-dashboard');
    await settled(page);
    const link = page.getByRole('list', { name, exact: true }).getByRole('link').first();
    // Bars have their number at the end, months above.
    const parts = link.locator(':scope > span');
    const shown = Number((await (name === 'リースの満了' ? parts.first() : parts.last()).textContent())?.replaceAll(',', ''));
    await link.click();
    await settled(page);
    await expect(page.getByRole('table', { name: ledger })).toHaveAttribute('aria-rowcount', String(shown + 1));
  }
  complained();
});
